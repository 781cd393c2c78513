package plugintest

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var provisioned = regexp.MustCompile(`(?m)^ +(\w+):(?: +(\$\{\w+\}))?$`)

// Provisioned is what Grafana makes of the checkout's data source file where its
// environment has these variables, each NAME=value: what looks like a number becomes
// one, and what is not set an empty text.
func Provisioned(root string, environment []string) (jsonData map[string]any, secrets map[string]string, err error) {
	text, err := os.ReadFile(filepath.Join(root, "provisioning", "datasources", "parley.yaml"))
	if err != nil {
		return nil, nil, err
	}
	variables := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	jsonData, secrets = map[string]any{}, map[string]string{}
	secret := false
	for _, match := range provisioned.FindAllStringSubmatch(string(text), -1) {
		name, variable := match[1], match[2]
		if variable == "" {
			secret = name == "secureJsonData"
			continue
		}
		value := os.Expand(variable, func(name string) string { return variables[name] })
		number, notOne := strconv.ParseInt(value, 10, 64)
		switch {
		case secret:
			secrets[name] = value
		case notOne == nil:
			jsonData[name] = number
		default:
			jsonData[name] = value
		}
	}
	return jsonData, secrets, nil
}
