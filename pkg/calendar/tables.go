package calendar

import (
	"archive/zip"
	"bufio"
	"bytes"
	_ "embed"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // for code that loads zones by itself, on systems that have none
)

// zoneTables are the tables of all zones with their legacy names, as the Go
// distribution ships them in lib/time/zoneinfo.zip. Renew file and version together.
//
//go:embed zoneinfo.zip
var zoneTables []byte

// TablesVersion is the version of the embedded time zone tables.
const TablesVersion = "2025c"

// systemTables are where systems keep theirs.
var systemTables = []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"}

// zoneinfoVariable names a directory or zip of tables that goes before all others,
// as in every Go program.
const zoneinfoVariable = "ZONEINFO"

// A tableSet finds zones by name. The newest tables win, so that an answer depends
// neither on an old machine nor on an old Parley.
type tableSet struct {
	sources []fs.FS
	// spelled holds the names of our own tables by their lower-case form.
	spelled map[string]string
	loaded  sync.Map
}

var tables = sync.OnceValue(func() *tableSet { return newTables(os.Getenv(zoneinfoVariable), systemTables) })

// newTables puts the sources in order: the chosen ones, those of the system where
// they are newer than ours, ours, and the system's for what ours don't have.
func newTables(chosen string, system []string) *tableSet {
	t := &tableSet{spelled: map[string]string{}}
	if source := openTables(chosen); source != nil {
		t.sources = append(t.sources, source)
	}
	own, err := zip.NewReader(bytes.NewReader(zoneTables), int64(len(zoneTables)))
	if err != nil {
		panic("the embedded zone tables cannot be read: " + err.Error())
	}
	for _, f := range own.File {
		t.spelled[strings.ToLower(f.Name)] = f.Name
	}
	newer, older := []fs.FS{}, []fs.FS{}
	for _, dir := range system {
		source := os.DirFS(dir)
		if versionOf(source) > TablesVersion {
			newer = append(newer, source)
		} else {
			older = append(older, source)
		}
	}
	t.sources = append(t.sources, newer...)
	t.sources = append(t.sources, own)
	t.sources = append(t.sources, older...)
	return t
}

func openTables(path string) fs.FS {
	info, err := os.Stat(path)
	switch {
	case path == "" || err != nil:
		return nil
	case info.IsDir():
		return os.DirFS(path)
	}
	if reader, err := zip.OpenReader(path); err == nil {
		return reader // open for as long as the program runs
	}
	return nil
}

// versionOf is the version of the system's tables, such as 2026a; empty where they
// don't say.
func versionOf(source fs.FS) string {
	if f, err := source.Open("tzdata.zi"); err == nil {
		defer func() { _ = f.Close() }()
		line, _ := bufio.NewReader(f).ReadString('\n')
		if version, ok := strings.CutPrefix(line, "# version "); ok {
			return strings.TrimSpace(version)
		}
	}
	text, _ := fs.ReadFile(source, "+VERSION")
	return strings.TrimSpace(string(text))
}

// load returns the zone of an IANA name in any case, or nil.
func (t *tableSet) load(name string) *time.Location {
	if spelling, ok := t.spelled[strings.ToLower(name)]; ok {
		name = spelling
	}
	if known, ok := t.loaded.Load(name); ok {
		return known.(*time.Location)
	}
	if !isZoneName(name) {
		return nil
	}
	for _, source := range t.sources {
		data, err := fs.ReadFile(source, name)
		if err != nil {
			continue
		}
		if loc, err := time.LoadLocationFromTZData(name, data); err == nil {
			t.loaded.Store(name, loc)
			return loc
		}
	}
	return nil
}

// noZones are files beside the zones that are none of a report's: the machine's own
// zone, and the one of a machine that was not set up.
var noZones = []string{"local", "localtime", "posixrules", "factory"}

func isZoneName(name string) bool {
	if name == "" || len(name) > 60 || !fs.ValidPath(name) || strings.ContainsAny(name, `\:`) {
		return false
	}
	for _, no := range noZones {
		if strings.EqualFold(name, no) {
			return false
		}
	}
	return true
}
