package facts

import (
	"context"
	"maps"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// stageSQL is the number of the strongest evidence of an outbound message's delivery.
const stageSQL = `CASE WHEN m.direction = 'outbound' THEN greatest(
    CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
      WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
    CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 ELSE 1 END) ELSE 0 END`

// A user is a contact of an account.
type user struct{ contact, account uint32 }

// A stranger is a user of sessions who has no earlier message among those that were read.
type stranger struct {
	user
	openers []int32
}

// readAcquainted finds out which users of sessions are new: no message before that did
// not fail stands between them and the account. For those who have none among what was
// read it asks the past before.
func (b *builder) readAcquainted(ctx context.Context) error {
	strangers := b.findStrangers()
	if len(strangers) == 0 {
		return nil
	}
	if _, isRaw := b.source.Raw["message"]; !isRaw {
		return b.meet(ctx, strangers, b.earlierSQL)
	}
	// For nearly all, a message shows it that needs no reading by the rules. The messages of
	// the others, mostly none, are read as all messages are.
	if err := b.meet(ctx, strangers, b.plainEarlierSQL); err != nil {
		return err
	}
	var left []stranger
	for _, s := range strangers {
		if !b.set.acquainted[s.user] {
			left = append(left, s)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return b.readStrangers(ctx, left)
}

// findStrangers decides the user types that what was read tells, and returns the users
// whom the past before may know.
func (b *builder) findStrangers() (strangers []stranger) {
	s := b.set
	m, o := &s.Messages, &s.Openers
	matters := b.start + lookBack.Microseconds()
	// What the base knows of the past holds where the messages begin at the same time.
	s.acquainted = map[user]bool{}
	if b.base != nil && b.base.start == b.start {
		maps.Copy(s.acquainted, b.base.acquainted)
	}
	next := 0
	m.firstOfUsers(func(from, to int, first int32) {
		for next < o.Len() && int(o.Message[next]) < from {
			next++
		}
		var asked []int32
		for ; next < o.Len() && int(o.Message[next]) < to; next++ {
			switch opener := o.Message[next]; {
			case first >= 0 && opener != first && m.compare(first, opener) < 0:
				o.UserType[next] = Returning
			default:
				o.UserType[next] = New
				if m.At[opener] >= matters {
					asked = append(asked, int32(next))
				}
			}
		}
		contact := m.Contact[from]
		if start, further := b.starts[contact]; len(asked) == 0 || further && start == Never {
			return
		}
		who := stranger{user{contact, m.Of(int32(from)).Account}, asked}
		if before, ok := s.acquainted[who.user]; !ok {
			s.acquainted[who.user] = false
			strangers = append(strangers, who)
		} else if before {
			b.know(who)
		}
	})
	return strangers
}

// know notes that there is an earlier message of a user.
func (b *builder) know(who stranger) {
	b.set.acquainted[who.user] = true
	for _, opener := range who.openers {
		b.set.Openers.UserType[opener] = Returning
	}
}

// contactsOf returns the contacts of users.
func (b *builder) contactsOf(strangers []stranger) []string {
	contacts := make([]string, len(strangers))
	for i, s := range strangers {
		contacts[i] = b.set.Contacts.Text(s.contact)
	}
	return contacts
}

// meet asks for the places of those strangers for whom the SQL finds a message m of the
// account n.account_id.
func (b *builder) meet(ctx context.Context, strangers []stranger, exists func(st *statement, span source.Span, account string) string) error {
	accounts := make([]*string, len(strangers))
	for i, s := range strangers {
		if s.account != 0 {
			accounts[i] = new(b.set.Accounts.Text(s.account))
		}
	}
	st := &statement{source: b.source}
	people := st.list("contact", b.contactsOf(strangers))
	whose := st.arg(accounts, "text[]")
	span := source.Span{Until: st.arg(time.UnixMicro(b.start), "timestamptz"), Contacts: "SELECT unnest(" + people + ")"}
	account := "n.account_id"
	if b.source.Numbers["account"] {
		account = "n.account_id::bigint"
	}
	sql := "SELECT n.place\nFROM unnest(" + people + ", " + whose + ") WITH ORDINALITY AS n (contact_id, account_id, place)\nWHERE EXISTS (" + exists(st, span, account) + ")"
	return b.read(ctx, sql, st.args, func(c []cell) error {
		b.know(strangers[c[0].int()-1])
		return nil
	})
}

// earlierSQL selects the messages of n that did not fail.
func (b *builder) earlierSQL(st *statement, span source.Span, account string) string {
	call := ""
	columns := []string{"account_id", "contact_id", "created_at", "direction", "status", "read_at", "delivered_at", "failed_at"}
	if b.source.Calls {
		call, columns = "m.is_call IS NOT TRUE", append(columns, "is_call")
	}
	return "SELECT FROM " + st.from("message", span, columns...) + " AS m" + whereAll(within("m.created_at", span), call,
		"m.contact_id = n.contact_id", "m.account_id IS NOT DISTINCT FROM "+account, "("+stageSQL+") <> 3")
}

// plainEarlierSQL selects those of them that show it as they are stored, and no others.
func (b *builder) plainEarlierSQL(st *statement, span source.Span, account string) string {
	span.Contacts = "" // the comparison with n can use an index
	call := ""
	columns := []string{"message_id", "account_id", "contact_id", "created_at", "direction", "status", "failed_at", "content_type"}
	if b.source.Calls && !b.source.Raw["message"].Kinds {
		call, columns = "m.is_call IS NOT TRUE", append(columns, "is_call")
	}
	return "SELECT FROM " + b.source.RawItem("message", span, st.text, columns...) + " AS m" + whereAll(within("m.created_at", span), call,
		"m.contact_id = n.contact_id", "m.account_id IS NOT DISTINCT FROM "+account,
		"m.created_at > timestamptz '1990-01-02'", `m.message_id::text COLLATE "C" BETWEEN '0' AND 'zz'`,
		"(m.content_type IS NULL OR m.content_type IN ('text', 'template', 'image', 'audio', 'video', 'document', 'sticker', 'interactive', 'button', 'location', 'contacts'))",
		"(m.direction = 'inbound' OR m.direction = 'outbound' AND (m.status IN ('delivered', 'read', 'played') OR m.status = 'sent' AND m.failed_at IS NULL))")
}

// strangerColumns are the columns that tell whether a message makes a user known.
var strangerColumns = []string{"message_id", "account_id", "contact_id", "content_type", "direction", "status", "read_at", "delivered_at", "failed_at", "created_at", "is_call"}

// readStrangers reads the earlier messages of users.
func (b *builder) readStrangers(ctx context.Context, strangers []stranger) error {
	st := &statement{source: b.source}
	span := source.Span{Until: st.arg(time.UnixMicro(b.start), "timestamptz")}
	isStranger := b.among("message", "m.contact_id", st.list("contact", b.contactsOf(strangers)), &span.Contacts)
	users := map[user]stranger{}
	for _, s := range strangers {
		users[s.user] = s
	}
	r := b.messages()
	return b.read(ctx, b.someOfMessages(st, span, strangerColumns, isStranger), st.args, func(c []cell) error {
		like := r.alikeOf(c)
		isOut := like.direction == isOutbound
		if !r.isMessage(like, c) || like.isCall(c) || isOut && stageOf(like.status, c) == Failed {
			return nil
		}
		if who, ok := users[user{r.columns[atContact].of(c[atContact]), r.columns[1].of(c[1])}]; ok {
			b.know(who)
			delete(users, who.user)
		}
		return nil
	})
}
