package reference

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// words are the columns that are compared in one case: "lower" or "upper".
var words = map[string]string{
	"Message.direction": "lower", "Message.author_kind": "lower", "Message.status": "lower", "Message.template_category": "lower",
	"Conversation.status": "lower", "Conversation.priority": "lower", "ConversationEvent.name": "lower", "Line.channel": "lower",
	"Contact.country": "upper", "Tag.kind": "lower",
}

// kept are texts that are shown with the blanks at their ends: ids and what people
// wrote.
var kept = []string{"body", "error_text", "button_payload", "comment", "url", "correlation_id", "provider_message_id", "in_reply_to"}

// shows reports whether a character shows anything.
func shows(c rune) bool {
	return unicode.IsGraphic(c) && !unicode.IsSpace(c) && c != 0x2800 &&
		!unicode.In(c, unicode.Cf, unicode.Zs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// cleanText is a text by the rules for values; blank is no value.
func cleanText(relation, column, text string) string {
	trimmed := strings.TrimFunc(text, func(c rune) bool { return !shows(c) })
	switch {
	case trimmed == "":
		return ""
	case words[relation+"."+column] == "lower":
		return strings.ToLower(trimmed)
	case words[relation+"."+column] == "upper":
		return strings.ToUpper(trimmed)
	case slices.Contains(kept, column) || strings.HasSuffix(column, "_id") && column != "display_id":
		return text
	}
	return trimmed
}

// possible reports whether an instant can be one: what lies before 1990 or from 2200 on
// stands for "never".
func possible(t time.Time) bool { return t.Year() >= 1990 && t.UTC().Year() < 2200 }

// clean applies the rules for values to the columns of a row: blank texts, impossible
// instants, numbers that are none and seconds of centuries become nulls.
func clean(row any) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		column, field := v.Type().Field(i).Tag.Get("db"), v.Field(i)
		switch value := field.Interface().(type) {
		case string:
			field.SetString(cleanText(v.Type().Name(), column, value))
		case *string:
			if value == nil {
				continue
			}
			if text := cleanText(v.Type().Name(), column, *value); text == "" {
				field.SetZero()
			} else {
				field.Set(reflect.ValueOf(&text))
			}
		case *time.Time:
			if value != nil && !possible(*value) {
				field.SetZero()
			}
		case *float64:
			if value != nil && (math.IsNaN(*value) || math.Abs(*value) >= 3.2e9) {
				field.SetZero()
			}
		}
	}
}

// span is the number of seconds between two instants: never less than 0.
func span(from, to time.Time) *float64 { return new(max(0, to.Sub(from).Seconds())) }

// told are seconds that a source recorded: never less than 0.
func told(seconds *float64) *float64 {
	if seconds == nil {
		return nil
	}
	return new(max(0, *seconds))
}
