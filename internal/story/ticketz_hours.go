package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-reports/parley/internal/contract"
)

// clock is a time of day as schedules hold it.
func clock(text string) string { return text[:5] }

var (
	ticketzDays    = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	ticketzOldZone = "Etc/GMT+3"
)

// writeHours writes the hours of companies and queues, some as older versions did.
func (z *ticketz) writeHours() {
	companies := map[int][]contract.WorkingHours{} // of the first line that has some
	queues := map[string][]contract.WorkingHours{}
	from := map[int]string{}
	for _, w := range z.setup.WorkingHours {
		line := text(w.LineID)
		account := z.accountOfLine[line]
		switch {
		case line == "":
			queues[text(w.TeamID)] = append(queues[text(w.TeamID)], w)
		case account > 0 && (from[account] == "" || from[account] == line):
			from[account] = line
			companies[account] = append(companies[account], w)
		}
	}
	inForce := map[int]bool{} // companies whose queues have hours
	for i, t := range z.setup.Teams {
		id, account := z.teams.of(t.TeamID), max(1, z.accountOfTeam[t.TeamID])
		name := text(t.Name)
		if name == "" || slices.ContainsFunc(z.queue.rows, func(row []any) bool { return row[1] == name }) {
			name = "Team " + t.TeamID
		}
		schedule, spans := schedule(queues[t.TeamID], i%2 == 0)
		z.queue.add(id, name, fmt.Sprintf("#%06x", id), epoch, epoch, account, schedule)
		z.told.Teams = append(z.told.Teams, contract.Team{TeamID: strconv.Itoa(id), Name: &name})
		for _, w := range spans {
			w.TeamID = new(strconv.Itoa(id))
			z.told.WorkingHours = append(z.told.WorkingHours, w)
			inForce[account] = true
		}
	}
	for _, a := range z.setup.Accounts {
		account, name := z.accounts.of(a.AccountID), text(a.Name)
		if name == "" || slices.ContainsFunc(z.company.rows, func(row []any) bool { return row[1] == name }) {
			name = "Company " + a.AccountID
		}
		schedule, spans := schedule(companies[account], account%2 == 1)
		z.company.add(account, name, epoch, epoch, schedule)
		z.told.Accounts = append(z.told.Accounts, contract.Account{AccountID: strconv.Itoa(account), Name: &name})
		for _, l := range z.setup.Lines {
			if inForce[account] || max(1, z.accountOfLine[l.LineID]) != account {
				continue
			}
			for _, w := range spans {
				w.LineID = z.lines.told(l.LineID)
				z.told.WorkingHours = append(z.told.WorkingHours, w)
			}
		}
	}
}

// schedule is the JSON of hours, as an object with rules or as the list of older
// versions, and what holds of it: no span passes midnight.
func schedule(hours []contract.WorkingHours, rules bool) (text string, told []contract.WorkingHours) {
	var zone *string
	days := make([][]contract.WorkingHours, 7)
	for i, w := range hours {
		if i == 0 {
			zone = w.TimeZone
		}
		if w.Weekday > 6 {
			continue // the editor has no such day
		}
		if w.Closes == "24:00:00" {
			w.Closes = "23:59:00" // nor such a time
		}
		if rules || len(days[w.Weekday]) < 2 {
			days[w.Weekday] = append(days[w.Weekday], w)
		}
	}
	var weekly, list []object
	for day, spans := range days {
		shifts := object{"weekday": "día", "weekdayEn": ticketzDays[day], "startTimeA": "", "endTimeA": "", "startTimeB": "", "endTimeB": ""}
		for i, w := range spans {
			opens, closes := clock(w.Opens), clock(w.Closes)
			weekly = append(weekly, object{"days": []string{ticketzDays[day][:3]}, "hours": []object{{"from": opens, "to": closes}}})
			shifts["startTime"+string(rune('A'+i%2))], shifts["endTime"+string(rune('A'+i%2))] = opens, closes
			if opens < closes {
				row := contract.WorkingHours{TimeZone: zone, Weekday: int32(day), Opens: opens + ":00", Closes: closes + ":00"}
				if !rules {
					row.TimeZone = &ticketzOldZone
				}
				told = append(told, row)
			}
		}
		list = append(list, shifts)
	}
	switch {
	case len(hours) == 0:
		return "[]", nil
	case rules:
		return object{"weeklyRules": weekly, "overrides": []object{{"date": "2026-12-25", "closed": true}}, "timezone": zone}.json(), told
	}
	b := object{"list": list}.json()
	return strings.TrimSuffix(strings.TrimPrefix(b, `{"list":`), "}"), told
}
