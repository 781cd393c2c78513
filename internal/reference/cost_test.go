package reference

import (
	"fmt"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
)

func TestCost(t *testing.T) {
	read := status("read")
	price := func(usd float64) change { return func(m *contract.Message) { m.PriceUSD = &usd } }
	marketing := template("offer", "MARKETING")
	for name, test := range map[string]struct {
		messages []contract.Message
		usd      string
		unknown  float64
	}{
		"before July 2025 the first delivered message of 24 hours and a category bears the charge": {
			[]contract.Message{
				out("a", "2025-03-10 10:00", marketing), // not delivered
				out("b", "2025-03-10 11:00", marketing, read),
				out("c", "2025-03-11 10:59:59.999999", marketing, read),
				out("d", "2025-03-11 11:00", marketing, read),
				out("e", "2025-03-10 12:00", welcome, read),
				out("f", "2025-03-10 12:00", marketing, read, line("wa2")),
			}, "0.1943", 0, // three of marketing, one of utility
		},
		"service is free since November 2024": {[]contract.Message{out("a", "2025-03-10 10:00", read)}, "0.0000", 0},
		"from July 2025 each delivered template": {
			[]contract.Message{
				out("a", "2025-06-30 23:59:59.999999", marketing, read),
				out("b", "2025-07-01 00:00", marketing, read),
				out("c", "2025-07-01 00:01", marketing, read),
				out("d", "2025-07-01 00:02", read),
				out("e", "2025-07-01 00:03", marketing),
				out("f", "2025-07-01 00:04", marketing, failing),
			}, "0.1875", 0,
		},
		"utility templates are free in window": {
			[]contract.Message{in("a", "2025-07-10 10:00"), out("b", "2025-07-10 11:00", welcome, read), out("c", "2025-07-11 10:00", welcome, read)}, "0.0068", 0,
		},
		"and use up the month's allowance in window from October 2026": {
			[]contract.Message{in("a", "2026-10-10 10:00"), out("b", "2026-10-10 11:00", welcome, read), out("c", "2026-10-11 10:00", welcome, read)}, "0.0068", 0,
		},
		"a free entry point is free": {
			[]contract.Message{in("a", "2025-07-10 10:00", referral), out("b", "2025-07-10 11:00", marketing, read), out("c", "2025-07-13 10:59", marketing, read), out("d", "2025-07-13 11:00", marketing, read)}, "0.0625", 0,
		},
		"the provider's charge wins, on any message": {
			[]contract.Message{
				out("a", "2025-07-10 10:00", marketing, read, price(0.5)), out("b", "2025-07-10 10:00", failing, price(0.25), line("ig")),
				in("c", "2025-07-10 10:00", price(9)), out("d", "2025-07-10 10:00", marketing, read, price(0)),
			}, "9.7500", 0,
		},
		"a charged message holds its conversation's place": {
			[]contract.Message{out("a", "2025-03-10 10:00", marketing, read, price(0.5)), out("b", "2025-03-10 11:00", marketing, read)}, "0.5000", 0,
		},
		"other channels cost nothing": {
			[]contract.Message{out("a", "2025-07-10 10:00", marketing, read, line("ig"))}, "0.0000", 0,
		},
		"of an unknown line the cost is unknown": {
			[]contract.Message{out("b", "2025-07-10 10:00", marketing, read, noLine), out("c", "2025-07-10 10:00", marketing, read, line("ghost")), out("d", "2025-07-10 10:00", read, noLine)}, "0.0000", 2,
		},
		"without a market, a rate or a category the cost is unknown": {
			[]contract.Message{
				out("a", "2025-07-10 10:00", marketing, read, contact("nobody")), out("b", "2025-07-10 10:00", marketing, read, noContact),
				out("c", "2025-07-10 10:00", marketing, read, contact("moon")), out("d", "2025-07-10 10:00", template("x", ""), read), out("e", "2025-07-10 10:00", template("x", "odd"), read),
				out("f", "2025-07-10 10:00", read, contact("nobody")), // free anyway
			}, "0.0000", 5,
		},
		"the longest calling code decides": {
			[]contract.Message{out("a", "2025-07-10 10:00", marketing, read, contact("lucia"))}, "0.0740", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := messages(test.messages...)
			d.Contacts = []contract.Contact{{ContactID: "ana", Phone: new("+55 (11) 9")}, {ContactID: "moon", Phone: new("000")}, {ContactID: "nobody"}, {ContactID: "lucia", Phone: new("593 99 123 4567")}}
			got := ask(t, d, "cost_usd", "cost_unknown")
			if usd := fmt.Sprintf("%.4f", got["cost_usd"]); usd != test.usd || got["cost_unknown"] != test.unknown {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestFreeUnits(t *testing.T) {
	free := new(int32(2))
	date := instant("2025-01-01")
	d := contract.Data{
		Lines: testLines, Contacts: []contract.Contact{{ContactID: "ana", Phone: new("+55")}},
		Rates: []contract.Rate{{Market: "Brazil", Category: "utility", ValidFrom: date, USD: 1}, {Market: "Brazil", Category: "utility", ValidFrom: instant("2025-08-01"), USD: 10}},
		BillingRules: []contract.BillingRule{
			{ValidFrom: date, Unit: "message", Category: "service", Billable: true, RateCategory: "utility", FreeUnits: free},
			{ValidFrom: date, Unit: "message", Category: "service", InWindow: new(true), RateCategory: "utility"},
		},
	}
	for i, at := range []string{"2025-07-01", "2025-07-31 23:59:59.999999", "2025-07-15", "2025-08-01", "2025-08-02", "2025-08-03"} {
		d.Messages = append(d.Messages, out(fmt.Sprint("a", i), at, status("delivered")))
	}
	d.Messages = append(d.Messages, out("b", "2025-07-31 23:00", status("delivered"), line("wa2")), in("c", "2025-07-20"), out("d", "2025-07-20 01:00", status("read")))
	// July: the third on the line wa, which the last of the month bears at the
	// old rate, August: the third at the new; one on wa2 is free, d is in window.
	if got := ask(t, d, "cost_usd"); got["cost_usd"] != 11.0 {
		t.Errorf("got %v", got)
	}
}
