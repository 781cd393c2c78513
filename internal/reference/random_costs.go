package reference

import (
	"math"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// muddyCosts puts into the data what rate cards, phones and prices really hold: words in
// other letters, rates twice or without a price, other countries, numbers without a
// calling code, lines on WhatsApp Web, what providers say of a charge, own markets.
func (g *generator) muddyCosts() {
	phones := []string{"+34 600 00 %", "+1 868 300 0%", "+1 416 555 0%", "51987654%", "11987654%", "0055119000%", "5511900%:3@s.whatsapp.net", "+48 600 00 %", "", "+77 01 123 4%"}
	for i := range g.data.Contacts {
		c := &g.data.Contacts[i]
		if g.chance(0.4) {
			c.Phone = new(strings.Replace(pick(g, phones), "%", pick(g, []string{"0001", "2345", "9999"}), 1))
		}
		if g.chance(0.3) {
			c.Country = new(pick(g, []string{"BR", "br", "Brasil", "ES", "XX", "TT", " mx "}))
		}
	}
	for i := range g.data.Lines {
		if g.chance(0.2) {
			g.data.Lines[i].Provider = new(pick(g, []string{"whatsapp_cloud", "Baileys", "z-api", "pigeon", "default", ""}))
		}
		if g.chance(0.3) {
			g.data.Lines[i].Number = new(pick(g, []string{"+551140000000", "+5215512345678"}))
		}
	}
	for _, m := range g.messages {
		if m.Direction != "outbound" || g.chance(0.8) {
			continue
		}
		m.Billable, m.PricingType = maybe(g, 0.5, g.chance(0.6)), maybe(g, 0.5, pick(g, []string{"regular", "Regular", "free_customer_service", "free_entry_point", ""}))
		m.PricingModel = maybe(g, 0.5, pick(g, []string{"PMP", "CBP", "pmp", "odd"}))
		m.PricingCategory = maybe(g, 0.5, pick(g, []string{"marketing", "Marketing_Lite", "authentication-international", "service", "referral_conversion", "odd", ""}))
		if g.chance(0.1) {
			m.PriceUSD = new(pick(g, []float64{-0.01, 0.02}))
		}
	}
	if len(g.data.Rates) == 0 {
		return
	}
	for _, r := range g.data.Rates {
		switch g.IntN(6) {
		case 0:
			r.Market, r.Category, r.USD = strings.ToUpper(r.Market), " "+strings.ToUpper(r.Category), r.USD/2
		case 1:
			r.USD = pick(g, []float64{math.NaN(), -1})
		case 2:
			r.ValidFrom = time.Time{}
		case 3:
			r.Market, r.USD = pick(g, []string{"Spain", "North America", "other", "Poland", "Rest of Central and Eastern Europe", "Nowhere"}), 0.5
		case 4:
			r.Category = pick(g, []string{"marketing_lite", "authentication_international", "odd"})
		default:
			continue
		}
		g.data.Rates = append(g.data.Rates, r)
	}
	if g.chance(0.5) {
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		g.data.Markets = []contract.Market{{Prefix: "+55 11", Market: "spain"}, {Prefix: "34", Market: "Brazil", ValidFrom: &day}, {Prefix: "x", Market: "Brazil"}, {Prefix: "999", Market: "BRAZIL"}, {Prefix: "1", Market: "Nowhere", ValidFrom: &day}, {Prefix: "52"}}
	}
}
