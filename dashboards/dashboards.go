// Package dashboards contains the shipped dashboards as JSON, for the plugin and the
// command line. npm run dashboards generates them.
package dashboards

import "embed"

// Files has a directory for each language, with a file for each dashboard.
//
//go:embed en/*.json es/*.json pt-BR/*.json
var Files embed.FS
