package webhook

import (
	"context"
	"fmt"
	"strings"
)

// newest is the number of rows that are searched for a readable body.
const newest = 10000

// readable is the condition that a body from Payload can be used: it has messages with
// valid times (1990 to 2199), or content that reports ignore.
const readable = `(w.payload @? '$.entry[*].changes[*].value ? (!exists(@.messages) && !exists(@.statuses))'
  OR w.payload @? '$.entry[*].changes[*].value.*[*] ? ((@.timestamp.type() == "number" || @.timestamp like_regex "^[0-9]{9,13}$")
    && (@.timestamp.double() >= 631152000 && @.timestamp.double() < 7258118400 || @.timestamp.double() >= 631152000000 && @.timestamp.double() < 7258118400000))')`

// otherObjects are Meta's other products, by the object of their webhooks.
var otherObjects = map[string]string{"instagram": "Instagram", "page": "Messenger"}

// outline returns the beginning of the JSON p, with keys only.
const outline = `CASE jsonb_typeof(p.p)
  WHEN 'object' THEN '{' || coalesce((SELECT string_agg(CASE WHEN k ~ '^[A-Za-z_][A-Za-z_-]{0,29}$' THEN '"' || k || '"' ELSE '…' END, ', ') FROM (SELECT k FROM jsonb_object_keys(p.p) AS k LIMIT 5) AS k (k)), '') || '…}'
  WHEN 'array' THEN '[…]' WHEN 'string' THEN 'a text' WHEN 'number' THEN 'a number' WHEN 'null' THEN 'null' ELSE 'no JSON' END`

// unread returns a problem if no row of the table can be read, with the beginning of the
// newest. Otherwise it returns "".
func (t table) unread(ctx context.Context) (string, error) {
	rows := fmt.Sprintf("SELECT %[1]s AS payload FROM (SELECT w.%[2]s FROM %[3]s AS w WHERE w.%[2]s IS NOT NULL ORDER BY %[4]s DESC LIMIT %[5]d) AS w", t.Payload(), t.payload, t.db.Table(t.Table), t.ReceivedAt(), newest)
	count, err := t.db.Text(ctx, "SELECT CASE WHEN NOT coalesce(bool_or("+readable+"), false) THEN nullif(count(*), 0)::text END FROM ("+rows+") AS w")
	if err != nil || count == "" {
		return "", err
	}
	older, err := t.db.Bool(ctx, fmt.Sprintf("SELECT EXISTS (SELECT FROM (SELECT %s AS payload FROM %s AS w) AS w WHERE %s)", t.Payload(), t.db.Table(t.Table), readable))
	if err != nil || older {
		return "", err
	}
	raw := "w." + t.payload
	if !t.parsed {
		raw = parse(raw + "::text")
	}
	object, err := t.db.Text(ctx, fmt.Sprintf("SELECT %s ->> 'object' FROM %s AS w WHERE w.%s IS NOT NULL ORDER BY %s DESC LIMIT 1", raw, t.db.Table(t.Table), t.payload, t.ReceivedAt()))
	if err != nil {
		return "", err
	}
	if name := otherObjects[object]; name != "" {
		return fmt.Sprintf("the newest rows of %s are webhooks of %s. Parley only reads WhatsApp webhooks (object whatsapp_business_account)", strings.TrimSpace(t.Table), name), nil
	}
	begins, err := t.db.Text(ctx, fmt.Sprintf("SELECT %s FROM (SELECT %s AS p FROM %s AS w WHERE w.%s IS NOT NULL ORDER BY %s DESC LIMIT 1) AS p", outline, raw, t.db.Table(t.Table), t.payload, t.ReceivedAt()))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("none of the newest %s rows of %s is a WhatsApp webhook with an entry and times in seconds. The newest payload begins with %s. Choose the column that stores the whole body", count, strings.TrimSpace(t.Table), begins), nil
}

// Readable returns the condition that the payload of row w can be used.
func (t table) Readable() string { return readable }
