package compile

import (
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// wordColumns are the columns of words that dimensions show.
var wordColumns = map[string]string{
	"direction": "message.direction", "author_kind": "message.author_kind", "status": "message.status", "template_category": "message.template_category",
	"channel": "line.channel", "conversation_status": "conversation.status", "priority": "conversation.priority", "country": "contact.country",
}

// Folded returns a filter whose values are written as the values of the dimension are:
// words in one case, without blanks at their ends. Patterns on words mind no case.
func Folded(d catalog.Dimension, f query.Filter) query.Filter {
	column := wordColumns[d.ID]
	if column == "" {
		return f
	}
	var word source.Word
	for _, w := range source.Words {
		if w.Relation+"."+w.Column == column {
			word = w
		}
	}
	values := slices.Clone(f.Values)
	for i, v := range values {
		switch {
		case v == catalog.None:
		case f.Operator == "matches" || f.Operator == "notMatches":
			values[i] = "(?i)" + v
		default:
			values[i] = word.Fold(v)
		}
	}
	f.Values = values
	return f
}
