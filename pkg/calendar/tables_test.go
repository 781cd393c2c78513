package calendar

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asuncion are tables in which Paraguay has another offset, and nothing else.
func tablesOf(t *testing.T, version, tz string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "America"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tzdata.zi"), []byte("# version "+version+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Asuncion", "Atlantis"} {
		if err := os.WriteFile(filepath.Join(dir, "America", name), tzif(t, tz), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tzif is a zone of one offset, as a file.
func tzif(t *testing.T, tz string) []byte {
	t.Helper()
	data, ok := posixTable(tz)
	if !ok {
		t.Fatalf("no POSIX string: %s", tz)
	}
	return data
}

func TestTheNewestTablesWin(t *testing.T) {
	july := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	offset := func(tables *tableSet, name string) string {
		loc := tables.load(name)
		if loc == nil {
			return "unknown"
		}
		return july.In(loc).Format("-07")
	}
	older, newer := tablesOf(t, "2020a", "<-04>4"), tablesOf(t, "2099a", "<-02>2")
	for _, c := range []struct {
		what, chosen, system, asuncion, atlantis string
	}{
		{"no tables of the system", "", "/nowhere", "-03", "unknown"},
		{"an old system", "", older, "-03", "-04"},
		{"a new system", "", newer, "-02", "-02"},
		{"chosen tables", older, newer, "-04", "-04"},
		{"chosen tables that do not exist", "/nowhere", newer, "-02", "-02"},
	} {
		tables := newTables(c.chosen, []string{c.system})
		if got := offset(tables, "America/Asuncion"); got != c.asuncion {
			t.Errorf("%s: Asuncion is at %s, want %s", c.what, got, c.asuncion)
		}
		if got := offset(tables, "America/Atlantis"); got != c.atlantis {
			t.Errorf("%s: Atlantis is at %s, want %s", c.what, got, c.atlantis)
		}
		if got := offset(tables, "asia/calcutta"); got != "+05" {
			t.Errorf("%s: Calcutta is at %s: legacy names must be found whatever the machine has", c.what, got)
		}
	}
}

func TestEveryNameIsAZone(t *testing.T) {
	tables := newTables("", nil)
	if len(tables.spelled) < 590 {
		t.Errorf("the embedded tables have %d zones", len(tables.spelled))
	}
	for _, name := range tables.spelled {
		if strings.HasSuffix(name, "/") || name == "Factory" {
			continue
		}
		if tables.load(name) == nil {
			t.Errorf("%s cannot be loaded", name)
		}
	}
	for name, zone := range zoneNames() {
		if _, err := Zone(zone); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Zone(name); err == nil && name != "z" {
			t.Errorf("%s is in the zone tables by itself", name)
		}
	}
}
