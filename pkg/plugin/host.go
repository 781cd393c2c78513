package plugin

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var hostPort = regexp.MustCompile(`^(\[[^\]]*\]|[^:]*):\d*$`)

// cleanHost returns the host without the brackets of an IPv6 address. The error is
// shown to the user.
func cleanHost(host string) (string, error) {
	host = strings.TrimSpace(host)
	const advice = "write the host without port or scheme"
	switch {
	case host == "":
		return "", errors.New("no host is set: enter the name or address of the database server in the data source settings")
	case strings.HasPrefix(host, "/"): // the directory of a socket
		return host, nil
	case strings.Contains(host, "://"):
		return "", fmt.Errorf("the host %.60q begins with a scheme: %s, such as db.example.com", host, advice)
	case hostPort.MatchString(host):
		return "", fmt.Errorf("the host %.60q ends with a port: %s, and the port in its own field", host, advice)
	case strings.ContainsAny(host, "/@?# \t\n"):
		return "", fmt.Errorf("the host %.60q is not a host name: %s, path or user, such as db.example.com", host, advice)
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), nil
}
