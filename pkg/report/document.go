package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/parley-reports/parley/pkg/query"
)

// A document is a YAML file that says in which line a value is. The library's own errors
// quote the lines around one, which may contain a password.
type document struct {
	name string
	file *ast.File
}

func parseDocument(path string, data []byte) (*document, error) {
	d := &document{name: filepath.Base(path)}
	var err error
	if d.file, err = parser.ParseBytes(data, 0); err != nil {
		return nil, d.explain(err)
	}
	if len(d.file.Docs) != 1 || d.file.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s has to contain one YAML document: parley report --example prints one", d.name)
	}
	return d, nil
}

// explain returns an error of the library without the lines of the file.
func (d *document) explain(err error) error {
	var mismatch *yaml.TypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%s:%d: this has to be %s", d.name, mismatch.Token.Position.Line, kindName(mismatch.DstType))
	}
	var unexpected *yaml.UnexpectedNodeTypeError
	if errors.As(err, &unexpected) {
		kind := "a mapping with keys"
		if unexpected.Expected == ast.SequenceType {
			kind = "a list"
		}
		return fmt.Errorf("%s:%d: this has to be %s", d.name, unexpected.Token.Position.Line, kind)
	}
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", d.name, e.GetToken().Position.Line, e.GetMessage())
	}
	return fmt.Errorf("%s: %w", d.name, err)
}

// kindName is what people call the values of a type.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Int, reflect.Uint64, reflect.Int64:
		return "a number"
	case reflect.String:
		return "a text"
	}
	return "a mapping with keys"
}

// decode reads the document into a struct. Unknown keys are errors.
func (d *document) decode(into any) error {
	if problems := d.unknownKeys(d.file.Docs[0].Body, reflect.TypeOf(into)); len(problems) > 0 {
		return errors.Join(problems...)
	}
	// What a merge key brings may be set once more; other duplicates were found before.
	if err := yaml.NodeToValue(d.file.Docs[0].Body, into, yaml.AllowDuplicateMapKey()); err != nil {
		return d.explain(err)
	}
	return nil
}

// unknownKeys finds keys of a mapping that the struct does not have.
func (d *document) unknownKeys(node ast.Node, t reflect.Type) (problems []error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.AnchorNode:
		return d.unknownKeys(n.Value, t)
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for _, item := range n.Values {
				problems = append(problems, d.unknownKeys(item, t.Elem())...)
			}
		}
	case *ast.MappingNode:
		if t.Kind() != reflect.Struct {
			return nil
		}
		fields := map[string]reflect.Type{}
		var keys []string
		for i := range t.NumField() {
			key := t.Field(i).Tag.Get("yaml")
			fields[key] = t.Field(i).Type
			keys = append(keys, key)
		}
		for _, pair := range n.Values {
			if pair.Key.IsMergeKey() {
				continue // checked where its anchor is
			}
			key := pair.Key.GetToken().Value
			field, isKnown := fields[key]
			switch {
			case isKnown:
				problems = append(problems, d.unknownKeys(pair.Value, field)...)
			case strings.Contains(strings.ToLower(key), "password") && slices.Contains(keys, "passwordEnv"):
				problems = append(problems, fmt.Errorf("%s:%d: a password does not belong in the config: use passwordEnv or passwordFile", d.name, pair.Key.GetToken().Position.Line))
			default:
				problems = append(problems, fmt.Errorf("%s:%d: unknown key %s%s", d.name, pair.Key.GetToken().Position.Line, query.Quote(key), query.Suggest(key, keys)))
			}
		}
	}
	return problems
}

// node returns what is at a place such as reports[0].name, or nil.
func (d *document) node(place string) ast.Node {
	path, err := yaml.PathString("$." + place)
	if err != nil {
		return nil
	}
	node, err := path.FilterFile(d.file)
	if err != nil {
		return nil
	}
	return node
}

// line returns the line of a place, or that of the nearest one that contains it.
func (d *document) line(place string) int {
	for place != "" {
		if node := d.node(place); node != nil {
			return firstLine(node)
		}
		place = place[:max(strings.LastIndexAny(place, ".["), 0)]
	}
	return 1
}

// firstLine returns the line in which a node begins. The token of a mapping is its first colon.
func firstLine(node ast.Node) int {
	if m, isMapping := node.(*ast.MappingNode); isMapping && len(m.Values) > 0 {
		return firstLine(m.Values[0].Key)
	}
	return node.GetToken().Position.Line
}

// A problem is what is wrong in a line.
type problem struct {
	name string
	line int
	error
}

func (p problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.name, p.line, p.error) }

func (p problem) Unwrap() error { return p.error }

func (d *document) problem(place string, err error) problem {
	return problem{d.name, d.line(place), err}
}
