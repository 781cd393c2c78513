package reference

import (
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
)

func TestBuckets(t *testing.T) {
	for _, test := range []struct{ name, zone, unit, from, to, want string }{
		{"days of UTC, the range ends begin inside", "", "day", "2025-03-10 10:00", "2025-03-12 00:00:00.000001", "03-10T00:00 03-11T00:00 03-12T00:00"},
		{"half open", "", "day", "2025-03-10 10:00", "2025-03-12 00:00", "03-10T00:00 03-11T00:00"},
		{"an empty range", "", "day", "2025-03-10 10:00", "2025-03-10 10:00", ""},
		{"a day without midnight: Santiago begins at one o'clock", "America/Santiago", "day", "2025-09-06 12:00", "2025-09-09 00:00", "09-06T04:00 09-07T04:00 09-08T03:00"},
		{"the day before it changes back has 25 hours", "America/Santiago", "day", "2025-04-05 12:00", "2025-04-07 12:00", "04-05T03:00 04-06T04:00 04-07T04:00"},
		{"a midnight that comes twice: Havana begins at the first", "America/Havana", "day", "2025-11-01 12:00", "2025-11-03 12:00", "11-01T04:00 11-02T04:00 11-03T05:00"},
		{"its midnight hour is two buckets", "America/Havana", "hour", "2025-11-02 03:30", "2025-11-02 06:30", "11-02T03:00 11-02T04:00 11-02T05:00 11-02T06:00"},
		{"half an hour's change: two buckets of one clock hour", "Australia/Lord_Howe", "hour", "2025-04-05 14:10", "2025-04-05 16:00", "04-05T14:00 04-05T14:30 04-05T15:30"},
		{"and forth", "Australia/Lord_Howe", "hour", "2025-10-04 14:40", "2025-10-04 17:00", "10-04T14:30 10-04T15:00 10-04T16:00"},
		{"hours of half an hour's offset", "Asia/Kolkata", "hour", "2025-03-10 00:29", "2025-03-10 01:31", "03-09T23:30 03-10T00:30 03-10T01:30"},
		{"five minutes", "America/Sao_Paulo", "5m", "2025-03-10 10:04:59", "2025-03-10 10:15", "03-10T10:00 03-10T10:05 03-10T10:10"},
		{"half hours of a quarter's offset", "Asia/Kathmandu", "30m", "2025-03-10 00:00", "2025-03-10 01:00", "03-09T23:45 03-10T00:15 03-10T00:45"},
		{"quarters across half an hour's change", "Australia/Lord_Howe", "15m", "2025-04-05 14:40", "2025-04-05 15:20", "04-05T14:30 04-05T14:45 04-05T15:00 04-05T15:15"},
		{"weeks begin on Monday", "America/Sao_Paulo", "week", "2025-03-05 12:00", "2025-03-17 03:00", "03-03T03:00 03-10T03:00"},
		{"a Monday is its own week's", "America/Sao_Paulo", "week", "2025-03-17 03:00", "2025-03-17 03:01", "03-17T03:00"},
		{"months across clock changes", "America/Santiago", "month", "2025-03-31 12:00", "2025-05-01 04:00:01", "03-01T03:00 04-01T03:00 05-01T04:00"},
		{"a date that the zone skips has no bucket", "Pacific/Apia", "day", "2011-12-29 12:00", "2011-12-31 12:00", "12-29T10:00 12-30T10:00 12-31T10:00"},
	} {
		c, err := newCalendar(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, start := range c.startsOf(test.unit, instant(test.from), instant(test.to)) {
			got = append(got, start.Format("01-02T15:04"))
			if again := c.start(test.unit, start); minutes[test.unit] == 0 && !again.Equal(start) {
				t.Errorf("%s: %s starts at %s", test.name, start, again)
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestBucketOfAnInstant(t *testing.T) {
	for _, test := range []struct{ zone, unit, at, want string }{
		{"Australia/Lord_Howe", "hour", "2025-04-05 14:59:59.999999", "2025-04-05 14:00"},
		{"Australia/Lord_Howe", "hour", "2025-04-05 15:00", "2025-04-05 14:30"}, // 01:30 again, at the new offset
		{"Australia/Lord_Howe", "hour", "2025-04-05 15:30", "2025-04-05 15:30"},
		{"Australia/Lord_Howe", "hour", "2025-10-04 15:29", "2025-10-04 14:30"},
		{"Australia/Lord_Howe", "hour", "2025-10-04 15:30", "2025-10-04 15:00"}, // 02:30, whose hour would begin before
		{"America/Santiago", "day", "2025-09-07 03:59:59.999999", "2025-09-06 04:00"},
		{"America/Santiago", "day", "2025-09-07 04:00", "2025-09-07 04:00"},
		{"America/Santiago", "week", "2025-09-07 23:00", "2025-09-01 04:00"},
		{"America/Havana", "month", "2025-11-30 12:00", "2025-11-01 04:00"},
	} {
		c, err := newCalendar(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.start(test.unit, instant(test.at)); !got.Equal(instant(test.want)) {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}

func TestBusinessHours(t *testing.T) {
	hours := func(line, team *string, zone string, weekday int32, opens, closes string) contract.WorkingHours {
		return contract.WorkingHours{LineID: line, TeamID: team, TimeZone: &zone, Weekday: weekday, Opens: opens, Closes: closes}
	}
	bar, shop, all, team := new("bar"), new("shop"), new("all"), new("team")
	f := Prepare(contract.Data{WorkingHours: []contract.WorkingHours{
		hours(bar, nil, "UTC", 6, "22:00:00", "06:00:00"), // Saturday night
		hours(shop, nil, "America/Sao_Paulo", 1, "09:00:00", "12:00:00"),
		hours(shop, nil, "America/Sao_Paulo", 1, "13:00:00", "18:00:00"),
		hours(all, nil, "UTC", 3, "08:00:00", "08:00:00"),
		hours(nil, team, "UTC", 1, "00:00:00", "24:00:00"),
	}}, Options{})
	for _, test := range []struct {
		line, team *string
		at         string
		want       any
	}{
		{bar, nil, "2025-03-15 21:59:59.999999", "outside"}, // a Saturday
		{bar, nil, "2025-03-15 22:00", "inside"},
		{bar, nil, "2025-03-16 05:59:59.999999", "inside"},
		{bar, nil, "2025-03-16 06:00", "outside"},
		{bar, nil, "2025-03-15 05:00", "outside"},
		{shop, team, "2025-03-10 12:00", "inside"}, // nine o'clock there
		{shop, team, "2025-03-10 15:30", "outside"},
		{shop, team, "2025-03-10 16:00", "inside"},
		{shop, team, "2025-03-10 21:00", "outside"},
		{all, nil, "2025-03-12 08:00", "inside"},
		{all, nil, "2025-03-13 07:59", "inside"},
		{all, nil, "2025-03-13 08:00", "outside"},
		{nil, team, "2025-03-10 23:59:59.999999", "inside"},
		{new("other"), team, "2025-03-11 00:00", "outside"},
		{new("other"), nil, "2025-03-11 00:00", nil},
		{nil, nil, "2025-03-11 00:00", nil},
	} {
		if got := f.businessHours(test.line, test.team, instant(test.at)); got != test.want {
			t.Errorf("%v at %s: got %v, want %v", test.line, test.at, got, test.want)
		}
	}
}
