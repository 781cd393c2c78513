package story

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// content puts what a message holds into the item, and returns what is told of it.
func content(m contract.Message, item object) (kind string, body *string) {
	kind, body = text(m.ContentType), optional(text(m.Body))
	if !slices.Contains([]string{"text", "image", "audio", "video", "document", "sticker", "location", "contacts"}, kind) {
		kind = "text"
	}
	switch kind {
	case "text":
		body = new(text(m.Body))
		item["text"] = object{"body": *body}
	case "image", "video", "document":
		item[kind] = object{"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI="}.put("caption", text(m.Body))
	case "location":
		item[kind] = object{"latitude": -23.5, "longitude": -46.6}.put("name", text(m.Body))
	case "contacts":
		item[kind] = []object{{"name": object{}.put("formatted_name", text(m.Body)), "phones": []object{{"phone": "+55 11 90000-0000"}}}}
	default:
		item[kind] = object{"id": "1003383421387256", "mime_type": "audio/ogg; codecs=opus"}
		body = nil
	}
	item["type"] = kind
	return kind, body
}

// addNoMessage adds a call, or what is no message. Only a contact's call is told.
func (w *webhook) addNoMessage(i int, m contract.Message, isCall bool) {
	p, waID, userID := w.persons[text(m.ContactID)], "", ""
	item := object{"id": wamid(i), "timestamp": fmt.Sprint(m.CreatedAt.Unix())}
	var contacts []object
	if isCall && m.Direction == "inbound" && p != nil {
		_, waID, userID = w.ids(i, m)
		contacts = []object{object{}.put("wa_id", waID).put("user_id", userID)}
	} else if p != nil {
		waID = p.waID
	}
	switch {
	case isCall && m.Direction == "outbound":
		item["from"], item["event"], item["direction"] = "15550783661", "connect", "BUSINESS_INITIATED"
		item.put("to", waID)
		w.happen(m, m.CreatedAt, "calls", item, nil)
	case isCall:
		told := w.tell(i, m, p)
		told.AuthorKind, told.IsReferral, told.ContentType = new("contact"), new(false), new("call")
		item["to"], item["direction"], item["event"] = "15550783661", "USER_INITIATED", "connect"
		item.put("from", waID).put("from_user_id", userID)
		w.happen(m, told.CreatedAt, "calls", item, contacts)
		end := object{"id": wamid(i), "timestamp": fmt.Sprint(m.CreatedAt.Unix() + 40), "to": "15550783661", "direction": "USER_INITIATED", "event": "terminate", "status": "COMPLETED"}
		w.happen(m, told.CreatedAt.Add(40*time.Second), "calls", end.put("from", waID), contacts)
	case m.Direction == "inbound":
		kind := []string{"reaction", "pin", "poll_update", "keep_in_chat"}[i%4]
		item["type"] = kind
		if i%8 > 1 {
			item["type"], item["unsupported"] = "unsupported", object{"type": kind}
		}
		w.happen(m, m.CreatedAt, "messages", item, nil) // whom nobody else names has no contact
	}
}

func (w *webhook) receive(i int, m contract.Message) {
	p, waID, userID := w.ids(i, m)
	told := w.tell(i, m, p)
	told.AuthorKind, told.IsReferral = new("contact"), new(m.IsReferral != nil && *m.IsReferral)
	item := object{"id": wamid(i), "timestamp": epochText(i, told.CreatedAt)}.put("from", waID)
	var contacts []object
	if p != nil {
		if waID != "" {
			item["from"] = p.from
		}
		contact := object{}.put("wa_id", waID).put("user_id", userID)
		if waID == "" && i%3 == 0 { // a number that is withheld may be empty
			item["from"], contact["wa_id"] = "", ""
		}
		if text(p.Name) != "" {
			contact["profile"] = object{"name": *p.Name}
		}
		contacts = []object{contact}
		if i%2 == 0 { // newer bodies say it twice
			item.put("from_user_id", userID)
		}
	}
	kind, body := content(m, item)
	if m.ButtonPayload != nil {
		delete(item, kind)
		title := text(m.Body)
		body, told.ButtonPayload = &title, m.ButtonPayload
		switch i % 3 {
		case 0:
			kind = "button"
			item[kind] = object{"payload": *m.ButtonPayload, "text": title}
		case 1:
			kind = "interactive"
			item[kind] = object{"type": "button_reply", "button_reply": object{"id": *m.ButtonPayload, "title": title}}
		default:
			kind = "interactive"
			item[kind] = object{"type": "list_reply", "list_reply": object{"id": *m.ButtonPayload, "title": title, "description": "…"}}
		}
	}
	item["type"] = kind
	told.ContentType, told.Body = &kind, body
	if *told.IsReferral {
		item["referral"] = object{"source_url": "https://fb.me/3cr4Wqqkv", "source_id": "120226305854810726", "source_type": "ad", "headline": "Chat with us", "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4_0NiNhEgpGo0AHemvuSoifXaytfTzcchptiErTKCqTrJ5nW1h7IHYeYymGb5K5J5iTROpBhWAGaIAeUzHL50"}
	}
	if named := text(m.InReplyTo); named != "" {
		if other := w.position.get(named); other > 0 {
			named = wamid(other - 1)
		}
		item["context"] = object{"from": "15550783661", "id": named}
		told.InReplyTo = &named
	} else if i%7 == 0 {
		item["context"] = object{"forwarded": true}
	}
	w.happen(m, told.CreatedAt, "messages", item, contacts)
}

// epochText is a time in seconds, of some messages in milliseconds.
func epochText(i int, at time.Time) string {
	if i%14 == 0 {
		return fmt.Sprint(at.UnixMilli())
	}
	return fmt.Sprint(at.Unix())
}

// categories are those of templates, as webhooks write them.
var categories = map[string][]string{
	"marketing": {"marketing", "marketing", "marketing_lite"}, "utility": {"utility"},
	"authentication": {"authentication", "authentication_international", "authentication-international"},
}

func (w *webhook) send(i int, m contract.Message) {
	reached := stage(m)
	if reached == "pending" {
		return
	}
	p := w.persons[text(m.ContactID)]
	told := w.tell(i, m, p)
	at := told.CreatedAt
	told.Status, told.IsReferral = &reached, new(false)
	told.CorrelationID = optional(text(m.CorrelationID))
	type moment struct {
		status string
		at     time.Time
	}
	// later is a time after the message, and not after the 30 days that there are.
	later := func(t *time.Time, otherwise time.Duration) *time.Time {
		if t == nil || t.Before(at) || t.After(at.AddDate(0, 0, 29)) {
			return new(at.Add(otherwise))
		}
		return new(t.Truncate(time.Second))
	}
	var moments []moment
	add := func(status string, t *time.Time) *time.Time {
		moments = append(moments, moment{status, *t})
		return t
	}
	delivered, failed := later(m.DeliveredAt, 8*time.Second), later(m.FailedAt, 2*time.Second)
	if reached == "sent" || reached != "failed" && i%9 != 0 || reached == "failed" && i%4 == 0 {
		told.SentAt = add("sent", &at)
	} else { // it begins with what there is
		delivered, failed = &at, &at
	}
	byHand := p != nil && text(m.AuthorKind) == "agent" && text(m.TemplateName) == "" && reached != "failed" && i%4 == 1
	if byHand { // in the WhatsApp Business app
		moments, told.SentAt = nil, &at
		w.echo(i, m, told)
	}
	switch reached {
	case "delivered":
		told.DeliveredAt = add("delivered", delivered)
	case "read":
		read := later(m.ReadAt, time.Minute)
		if read.Before(*delivered) {
			delivered = read
		}
		if i%3 != 0 || told.SentAt == nil {
			told.DeliveredAt = add("delivered", delivered)
		}
		told.ReadAt = add([]string{"read", "read", "played"}[i%3], read)
	case "failed":
		told.FailedAt = add("failed", failed)
	}
	if reached == "delivered" && i%6 == 0 { // what comes after the delivery changes nothing
		told.FailedAt = add("failed", new(at.Add(time.Hour)))
	}
	if reached == "delivered" && i%5 == 0 { // read when nobody counts any more
		add("read", new(at.AddDate(0, 0, 31)))
	}

	pricing := object{"pricing_model": "PMP", "category": "service"} // which leaves the charge to the rules
	if spelled := categories[strings.ToLower(text(m.TemplateCategory))]; text(m.TemplateName) != "" && spelled != nil {
		pricing["category"], pricing["billable"], pricing["type"] = spelled[i%len(spelled)], true, "regular"
		if told.SentAt != nil || told.DeliveredAt != nil || told.ReadAt != nil {
			told.TemplateCategory, told.ContentType = new(strings.ReplaceAll(spelled[i%len(spelled)], "-", "_")), new("template")
		}
	} else if i%4 == 0 {
		pricing["billable"], pricing["type"] = false, "free_customer_service"
		if i%8 == 0 { // as versions to come tell it
			delete(pricing, "billable")
		}
		if told.SentAt != nil || told.DeliveredAt != nil || told.ReadAt != nil {
			told.PriceUSD = new(0.0)
		}
	}
	for _, s := range moments {
		_, waID, userID := w.ids(i, m)
		word := s.status
		if i%15 == 0 {
			word = strings.ToUpper(word)
		}
		item := object{"id": wamid(i), "status": word, "timestamp": epochText(i, s.at)}.put("recipient_id", waID).put("biz_opaque_callback_data", text(told.CorrelationID))
		var contacts []object
		if s.status == "failed" {
			item.put("recipient_user_id", userID)
			if failure := w.failure(i, m, told); failure != nil {
				item["errors"] = []object{failure}
			}
		} else {
			item["pricing"] = pricing
			told.PricingModel, told.PricingCategory = new("PMP"), new(strings.ReplaceAll(fmt.Sprint(pricing["category"]), "-", "_"))
			if kind, ok := pricing["type"].(string); ok {
				told.PricingType, told.Billable = &kind, new(kind == "regular")
			}
			if p != nil {
				contacts = []object{object{}.put("wa_id", waID).put("user_id", userID)}
			}
		}
		w.happen(m, s.at, "statuses", item, contacts)
	}
}

// echo writes the webhook of a message that an agent wrote in the WhatsApp Business app on
// the same number.
func (w *webhook) echo(i int, m contract.Message, told *contract.Message) {
	_, waID, userID := w.ids(i, m)
	item := object{"id": wamid(i), "from": "15550783661", "timestamp": fmt.Sprint(told.CreatedAt.Unix())}.put("to", waID).put("to_user_id", userID)
	if waID != "" && i%8 == 1 {
		item["to"] = "+" + waID
	}
	kind, body := content(m, item)
	told.AuthorKind, told.ContentType, told.Body, told.PriceUSD, told.CorrelationID = new("agent"), &kind, body, new(0.0), nil
	w.happen(m, told.CreatedAt, "message_echoes", item, []object{object{}.put("wa_id", waID).put("user_id", userID)})
}

// failure is the error of a message, and what is told of it.
func (w *webhook) failure(i int, m contract.Message, told *contract.Message) object {
	code, words := text(m.ErrorCode), text(m.ErrorText)
	if code == "" && words == "" {
		return nil
	}
	if i%5 == 0 && code != "" && digits(code) == code { // in the text alone
		code, words = "", "(#"+code+") "+words
	}
	told.ErrorCode, told.ErrorText = optional(code), optional(words)
	failure := object{"href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"}
	if code != "" && digits(code) == code {
		failure["code"] = json.Number(code)
	} else {
		failure.put("code", code)
	}
	title, details, ok := strings.Cut(words, ": ")
	switch {
	case ok:
		failure["title"], failure["error_data"] = title, object{"details": details}
	case i%2 == 0:
		failure.put("message", words)
	default:
		failure.put("title", words)
	}
	return failure
}
