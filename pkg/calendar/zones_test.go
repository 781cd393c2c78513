package calendar_test

import (
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

var winter, summer = instant("2026-01-15 12:00"), instant("2026-07-15 12:00")

// wantOffset compares the offset of a zone at an instant, in minutes.
func wantOffset(t *testing.T, loc *time.Location, at time.Time, minutes int) {
	t.Helper()
	if _, seconds := at.In(loc).Zone(); seconds != minutes*60 {
		t.Errorf("%s is %d min from UTC at %s, want %d", loc, seconds/60, at, minutes)
	}
}

func TestZoneReadsWhatGrafanaAndPeopleWrite(t *testing.T) {
	for name, want := range map[string]int{
		"": 0, "utc": 0, "UTC": 0, "Utc": 0, "Etc/UTC": 0, "GMT": 0, "Zulu": 0,
		"America/Sao_Paulo": -180, "america/sao_paulo": -180, "AMERICA/SAO_PAULO": -180, " America/Sao_Paulo ": -180,
		// Names that browsers still send.
		"America/Buenos_Aires": -180, "Asia/Calcutta": 330, "US/Eastern": -300, "Europe/Kiev": 120, "America/Godthab": -120,
		"Asia/Rangoon": 390, "Asia/Saigon": 420, "Asia/Katmandu": 345, "Atlantic/Faeroe": 0, "Pacific/Enderbury": 780, "Brazil/East": -180,
		"EST": -300, "EST5EDT": -300, "CET": 60, "Etc/GMT+3": -180, "GMT0": 0,
		// Paraguay stays at -03 since 2024.
		"America/Asuncion": -180,
		"+02:00":           120, "-03:00": -180, "-0330": -210, "+5": 300,
	} {
		loc, err := calendar.Zone(name)
		if err != nil {
			t.Error(err)
			continue
		}
		wantOffset(t, loc, winter, want)
	}
}

func TestZoneRefusesWhatNobodyKnows(t *testing.T) {
	for _, name := range []string{"Etc/Unknown", "Foo/Bar", "America/Sao Paulo", "Local", "local", "localtime", "Factory", "posixrules", "undefined", "browser", "null",
		"../../etc/passwd", "/etc/localtime", "tzdata.zi", "zone.tab", "America", "America/", ".", "+99:00", "+02:75", "E. South America Standard Time", "\x00", "$__timezone"} {
		if loc, err := calendar.Zone(name); err == nil {
			t.Errorf("%q is taken for the zone %s", name, loc)
		}
	}
}

func TestStoredZoneReadsNamesOfProducts(t *testing.T) {
	for name, want := range map[string][2]int{ // in winter and in summer
		"": {}, "  ": {}, "\u200b": {}, "America/New_York": {-300, -240}, "america/new_york": {-300, -240},
		"Brasilia": {-180, -180}, "brasilia": {-180, -180}, "Buenos Aires": {-180, -180}, "Pacific Time (US & Canada)": {-480, -420},
		"Eastern Time (US & Canada)": {-300, -240}, "(GMT-03:00) Brasilia": {-180, -180}, "Brasilia (GMT-03:00)": {-180, -180}, "Kyiv": {120, 180},
		"E. South America Standard Time": {-180, -180}, "Argentina Standard Time": {-180, -180}, "W. Europe Standard Time": {60, 120},
		"UTC-3": {-180, -180}, "GMT-03:00": {-180, -180}, "UTC+5:30": {330, 330}, "UTC-11": {-660, -660}, "-03:00": {-180, -180},
		"BRT": {-180, -180}, "<-03>3": {-180, -180}, "BRT3": {-180, -180}, "EST5EDT,M3.2.0,M11.1.0": {-300, -240}, "CET-1CEST,M3.5.0,M10.5.0/3": {60, 120},
		"posix/America/Sao_Paulo": {-180, -180}, ":America/Sao_Paulo": {-180, -180},
	} {
		loc, ok := calendar.StoredZone(name)
		if !ok {
			t.Errorf("%q is unknown", name)
			continue
		}
		wantOffset(t, loc, winter, want[0])
		wantOffset(t, loc, summer, want[1])
	}
	for _, name := range []string{"Etc/Unknown", "Mars/Base", "America/Sao_Paolo", "São Paulo", "Local", "undefined", "3", "X3"} {
		if loc, ok := calendar.StoredZone(name); ok {
			t.Errorf("%q is taken for the zone %s", name, loc)
		}
	}
}

func TestChosenPassesOverWhatNobodyChose(t *testing.T) {
	for _, name := range []string{"", " ", "browser", "Etc/Unknown", "undefined", "Local", "null", "$__timezone", "${__timezone}", "[[zone]]"} {
		if calendar.Chosen(name) {
			t.Errorf("%q counts as chosen", name)
		}
	}
	for _, name := range []string{"utc", "UTC", "America/Sao_Paulo", "America/Sao_Paolo", "+02:00"} {
		if !calendar.Chosen(name) {
			t.Errorf("%q does not count as chosen", name)
		}
	}
}

// TestFarFuture: beyond the tables Go says of the last day of a leap year that it ends
// where it begins. Nothing may wait there for ever.
func TestFarFuture(t *testing.T) {
	loc := zone(t, "US/Eastern")
	buckets, err := calendar.Buckets(calendar.Range{From: instant("2040-12-25"), To: instant("2041-01-05")}, calendar.Day, loc)
	if err != nil || len(buckets) != 12 {
		t.Errorf("%d days around the end of 2040: %v", len(buckets), err)
	}
}
