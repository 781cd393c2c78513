package demodata

import (
	"strconv"
	"strings"

	"github.com/parley-reports/parley/internal/contract"
)

// A person is a contact. Everything about one follows from the seed, the line
// and the number, so that millions need no memory.
type person struct {
	home     *line // where they first wrote
	number   int   // on that line, from 0
	id       *string
	name     *string
	first    string // what a message calls them
	phone    *string
	country  *string
	language language

	noReceipts  bool // read receipts are switched off
	unreachable bool // no longer on WhatsApp
	optedOut    bool // wants no promotions
}

// peopleStep keeps the ids of one line's contacts apart from the next one's.
const peopleStep = 10_000_000

func (p *person) key() int64 { return int64(p.home.index)*peopleStep + int64(p.number) }

var firstNames = [2][]string{
	spanish: {
		"Sofía", "Valentina", "Camila", "Martín", "Santiago", "Mateo", "Lucía", "Julieta", "Tomás", "Nicolás", "Carolina",
		"Fernanda", "Gabriel", "Ignacio", "Daniela", "Andrés", "Paola", "Ricardo", "Mónica", "Esteban", "Ximena", "Rocío",
		"Federico", "Alejandra", "Héctor", "Norma", "Silvia", "Emiliano", "Brenda", "Óscar", "Pilar", "Ramiro",
	},
	portuguese: {
		"Mariana", "Larissa", "Rafael", "Felipe", "Juliana", "Bruno", "Letícia", "Gustavo", "Fernanda", "Eduardo", "Aline",
		"Vinícius", "Priscila", "Leandro", "Patrícia", "Márcio", "Tatiane", "Rogério", "Simone", "Caio", "Débora", "Renato",
		"Luana", "Otávio", "Sabrina", "Wesley", "Cláudia", "Murilo", "Vanessa", "Henrique", "Bianca", "Jorge",
	},
}

var lastNames = [2][]string{
	spanish: {
		"Quiroga", "Maldonado", "Escobar", "Villalba", "Cárdenas", "Benítez", "Salazar", "Orellana", "Paredes", "Montoya",
		"Zamora", "Figueroa", "Luna", "Aguirre", "Sandoval", "Rivarola", "Cabrera", "Espinoza", "Godoy", "Ocampo", "Tapia",
		"Valdivia", "Navarrete", "Bustos", "Coronel", "Lezama", "Arancibia", "Duque", "Huerta", "Mansilla", "Roldán", "Yáñez",
	},
	portuguese: {
		"Barbosa", "Cardoso", "Moreira", "Teixeira", "Nogueira", "Monteiro", "Pacheco", "Azevedo", "Freitas", "Siqueira",
		"Bittencourt", "Camargo", "Rezende", "Figueiredo", "Queiroz", "Macedo", "Vasconcelos", "Lacerda", "Fonseca", "Peixoto",
		"Guimarães", "Amaral", "Damasceno", "Valente", "Brito", "Falcão", "Meireles", "Sampaio", "Toledo", "Xavier", "Coutinho", "Prado",
	},
}

var countries = map[string]*string{
	"AR": ref("AR"), "BR": ref("BR"), "CL": ref("CL"), "CO": ref("CO"), "EC": ref("EC"), "MX": ref("MX"), "PE": ref("PE"),
}

// phonePrefixes begin numbers that no subscriber can have: after the country's
// calling code comes a block that is not in use. The digits that are left are
// the contact's.
var phonePrefixes = map[string][]string{
	"AR": {"+549110"},                                  // a local number never begins with 0
	"BR": {"+551190", "+552190", "+553190", "+554190"}, // mobiles begin with 96 to 99
	"CL": {"+5690"},                                    // mobiles go on with 2 to 9
	"CO": {"+5739"},                                    // 39x is not given out
	"EC": {"+59390"},                                   // mobiles go on with 5 to 9
	"MX": {"+52550", "+52330", "+52810"},               // a local number never begins with 0
	"PE": {"+518"},                                     // mobiles begin with 9
}

var phoneLengths = map[string]int{"AR": 14, "BR": 14, "CL": 12, "CO": 13, "EC": 13, "MX": 13, "PE": 12}

// dice draws numbers that depend on nothing but the seed they began with
// (SplitMix64).
type dice uint64

func (d *dice) roll() uint64 {
	*d += 0x9e3779b97f4a7c15
	x := uint64(*d)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d *dice) unit() float64         { return float64(d.roll()>>11) / (1 << 53) }
func (d *dice) chance(p float64) bool { return d.unit() < p }
func (d *dice) below(n int) int       { return int(d.roll() % uint64(n)) }

// person returns the contact of that number on the line.
func (g *generator) person(l *line, number int) *person {
	p := &person{home: l, number: number}
	d := dice(g.opts.Seed ^ uint64(p.key())*0xd1342543de82ef95)

	country := l.countries[len(l.countries)-1].country
	for x, i := d.unit(), 0; i < len(l.countries); i++ {
		if x -= l.countries[i].share; x < 0 {
			country = l.countries[i].country
			break
		}
	}
	p.country = countries[country]
	p.language = spanish
	if country == "BR" {
		p.language = portuguese
	}

	p.first = firstNames[p.language][d.below(len(firstNames[p.language]))]
	last := lastNames[p.language][d.below(len(lastNames[p.language]))]
	name := p.first + " " + last

	hasPhone := false
	switch l.channel {
	case whatsapp:
		hasPhone = !d.chance(0.06)
		p.unreachable = d.chance(0.009)
		p.optedOut = d.chance(0.009)
	case sms:
		hasPhone = true
		p.unreachable = d.chance(0.02)
	case instagram, messenger:
		if d.chance(0.6) {
			p.country = nil // these platforms do not tell
		}
		if l.channel == instagram {
			name = "@" + plain(p.first) + "." + plain(last) + strconv.Itoa(100+number)
		}
	case webchat:
		hasPhone = d.chance(0.3)
	case telegram:
		hasPhone = d.chance(0.2)
	case email:
		hasPhone = d.chance(0.15)
	}
	if hasPhone {
		prefixes := phonePrefixes[country]
		prefix := prefixes[number%len(prefixes)]
		const block = 1_000_000
		digits := strconv.Itoa(l.index*block + (number/len(prefixes)*700_001+12_345)%block)
		if room := phoneLengths[country] - len(prefix); len(digits) < room {
			digits = strings.Repeat("0", room-len(digits)) + digits
		}
		p.phone = ref(prefix + digits)
	}
	unique := strconv.Itoa((l.index+1)*peopleStep + number)
	if l.channel == whatsapp && !hasPhone {
		// Known by the id that the platform gives for this business alone.
		unique = country + ".1502" + unique + strconv.Itoa(1000+d.below(9000))
	}
	p.id = &unique
	if !d.chance(0.03) {
		p.name = &name
	}
	p.noReceipts = d.chance(0.12)
	return p
}

// plain makes a handle of a name.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune("áàâãéêíóôõúüçñ", r); i >= 0 {
			return rune("aaaaeeiooouucn"[len([]rune("áàâãéêíóôõúüçñ"[:i]))])
		}
		if r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// The tags of contacts. Nearly half have none.
var contactTags = []string{"cliente", "prospecto", "vip", "mayorista", "moroso", "referido"}

// addContact writes the contact down, with their tags.
func (g *generator) addContact(p *person, created int64) {
	g.batch.Contacts = append(g.batch.Contacts, contract.Contact{
		ContactID: *p.id, AccountID: &p.home.account, Name: p.name, Phone: p.phone, Country: p.country, CreatedAt: g.instant(created),
	})
	g.summary.Contacts++
	d := dice(g.opts.Seed ^ 0x7a9 ^ uint64(p.key())*0x9fb21c651e98df25)
	if d.chance(0.45) {
		return
	}
	first := d.below(len(contactTags))
	if d.chance(0.5) {
		first = d.below(2)
	}
	g.batch.Tags = append(g.batch.Tags, contract.Tag{Kind: "contact", OwnerID: *p.id, Name: contactTags[first]})
	if second := d.below(len(contactTags)); second > first && d.chance(0.4) {
		g.batch.Tags = append(g.batch.Tags, contract.Tag{Kind: "contact", OwnerID: *p.id, Name: contactTags[second]})
	}
}
