package demodata

import (
	"fmt"

	"github.com/parley-reports/parley/internal/contract"
)

// The business: Lumara Hogar sells furniture and appliances in several
// countries; Clínica Vereda is a small second account. Both are invented.

const (
	mainAccount   = "1"
	clinicAccount = "2"
)

var accounts = []contract.Account{{AccountID: mainAccount, Name: ref("Lumara Hogar")}, {AccountID: clinicAccount, Name: ref("Clínica Vereda")}}

const (
	teamSales       = "1"
	teamSupport     = "2"
	teamCollections = "3"
	teamAfterSales  = "4"
	teamLogistics   = "5"
	teamReception   = "6"
)

// A team may have a schedule of its own, for lines without one.
type team struct {
	id, name string
	zone     string
	shifts   []shift
}

// A shift is the same hours on several days of the week, 0 being Sunday. One
// that closes at or before it opens ends on the next day.
type shift struct {
	days          []int32
	opens, closes string
}

var (
	weekdays = []int32{1, 2, 3, 4, 5}
	saturday = []int32{6}
	allDays  = []int32{0, 1, 2, 3, 4, 5, 6}
)

var teams = []team{
	{id: teamSales, name: "Ventas", zone: "America/Mexico_City", shifts: []shift{{weekdays, "09:00:00", "19:00:00"}, {saturday, "10:00:00", "14:00:00"}}},
	{id: teamSupport, name: "Soporte", zone: "America/Argentina/Buenos_Aires", shifts: []shift{{allDays, "08:00:00", "22:00:00"}}},
	{id: teamCollections, name: "Cobranza"},
	{id: teamAfterSales, name: "Postventa", zone: "America/Mexico_City", shifts: []shift{{weekdays, "09:00:00", "18:00:00"}}},
	{id: teamLogistics, name: "Logística"},
	{id: teamReception, name: "Recepción"},
}

// The channels.
const (
	whatsapp  = "whatsapp"
	instagram = "instagram"
	messenger = "messenger"
	telegram  = "telegram"
	sms       = "sms"
	webchat   = "webchat"
	email     = "email"
)

// A line as it is set up.
type lineSetup struct {
	id, name, channel, number string
	account, subaccount, team string
	zone                      string
	shifts                    []shift
	countries                 []countryShare
	// talks, people: its share of conversations and of contacts.
	talks, people float64
	// newcomers is the share of conversations that somebody new begins.
	newcomers float64
	// bot is the share of conversations that a bot receives.
	bot float64
	// pace stretches all answers: an e-mail is not a chat.
	pace float64
	// referrals is the share of newcomers who come from an ad or a page.
	referrals float64
}

type countryShare struct {
	country string
	share   float64
}

var lineSetups = []lineSetup{
	{id: "105500000011", name: "WhatsApp Brasil", channel: whatsapp, number: "+551100000011",
		account: mainAccount, subaccount: "Lumara Brasil", team: teamSales, zone: "America/Sao_Paulo",
		shifts:    []shift{{weekdays, "08:00:00", "18:00:00"}, {saturday, "09:00:00", "13:00:00"}},
		countries: []countryShare{{"BR", 0.985}, {"AR", 0.015}},
		talks:     0.29, people: 0.30, newcomers: 0.40, bot: 0.8, pace: 1, referrals: 0.36},
	{id: "105200000022", name: "WhatsApp México", channel: whatsapp, number: "+525500000022",
		account: mainAccount, subaccount: "Lumara México", team: teamSales, zone: "America/Mexico_City",
		shifts:    []shift{{weekdays, "09:00:00", "14:00:00"}, {weekdays, "15:00:00", "19:00:00"}, {saturday, "10:00:00", "14:00:00"}},
		countries: []countryShare{{"MX", 0.86}, {"CO", 0.08}, {"PE", 0.04}, {"EC", 0.02}},
		talks:     0.22, people: 0.24, newcomers: 0.40, bot: 0.75, pace: 1.1, referrals: 0.3},
	{id: "105400000033", name: "WhatsApp Argentina", channel: whatsapp, number: "+541100000033",
		account: mainAccount, subaccount: "Lumara Cono Sur", team: teamSupport, zone: "America/Argentina/Buenos_Aires",
		shifts:    []shift{{weekdays, "09:00:00", "18:00:00"}},
		countries: []countryShare{{"AR", 0.87}, {"CL", 0.07}, {"PE", 0.04}, {"EC", 0.02}},
		talks:     0.16, people: 0.17, newcomers: 0.38, bot: 0.7, pace: 1.2, referrals: 0.25},
	{id: "178410000000044", name: "Instagram @lumara.hogar", channel: instagram, number: "@lumara.hogar",
		account: mainAccount, team: teamSales, zone: "Brazil/East",
		countries: []countryShare{{"BR", 0.5}, {"MX", 0.3}, {"AR", 0.2}},
		talks:     0.1, people: 0.06, newcomers: 0.6, pace: 2, referrals: 0.2},
	{id: "100660000000055", name: "Messenger Lumara", channel: messenger,
		account: mainAccount, subaccount: "Lumara México", team: teamSales, zone: "America/Mexico_City",
		shifts:    []shift{{allDays, "10:00:00", "20:00:00"}},
		countries: []countryShare{{"MX", 0.7}, {"CO", 0.2}, {"PE", 0.1}},
		talks:     0.05, people: 0.04, newcomers: 0.55, bot: 0.5, pace: 1.8, referrals: 0.08},
	{id: "web-1", name: "Chat del sitio", channel: webchat,
		account: mainAccount, team: teamSupport, zone: "America/Buenos_Aires",
		countries: []countryShare{{"AR", 0.4}, {"MX", 0.3}, {"BR", 0.3}},
		talks:     0.08, people: 0.05, newcomers: 0.75, bot: 0.85, pace: 0.7, referrals: 0.35},
	{id: "mail-1", name: "Correo posventa", channel: email, number: "posventa@lumara.example",
		account: mainAccount, team: teamAfterSales, zone: "America/Mexico_City",
		countries: []countryShare{{"MX", 0.4}, {"AR", 0.3}, {"BR", 0.3}},
		talks:     0.04, people: 0.04, newcomers: 0.4, pace: 30},
	{id: "sms-1", name: "SMS avisos", channel: sms, number: "28400",
		account: mainAccount, team: teamCollections, zone: "America/Sao_Paulo",
		countries: []countryShare{{"BR", 0.6}, {"MX", 0.4}},
		people:    0.06, pace: 3},
	{id: "tg-1", name: "Telegram Soporte", channel: telegram, number: "@LumaraSoporteBot",
		account: mainAccount, subaccount: "Lumara Andina", team: teamSupport, zone: "America/Bogota",
		shifts:    []shift{{weekdays, "16:00:00", "01:00:00"}},
		countries: []countryShare{{"CO", 0.6}, {"PE", 0.2}, {"AR", 0.2}},
		talks:     0.025, people: 0.02, newcomers: 0.4, bot: 0.9, pace: 1},
	{id: "105600000066", name: "WhatsApp Clínica", channel: whatsapp, number: "+56200000066",
		account: clinicAccount, team: teamReception, zone: "America/Santiago",
		shifts:    []shift{{weekdays, "09:00:00", "19:00:00"}, {saturday, "09:00:00", "13:00:00"}},
		countries: []countryShare{{"CL", 1}},
		talks:     0.03, people: 0.04, newcomers: 0.35, bot: 0.4, pace: 1.2, referrals: 0.2},
	{id: "178410000000077", name: "Instagram @clinica.vereda", channel: instagram, number: "@clinica.vereda",
		account: clinicAccount, team: teamReception, zone: "America/Santiago",
		countries: []countryShare{{"CL", 1}},
		talks:     0.01, people: 0.01, newcomers: 0.6, pace: 2.5},
}

// The lines that others refer to, as indexes of lineSetups.
const (
	lineBrazil    = 0
	lineMexico    = 1
	lineArgentina = 2
	lineEmail     = 6
	lineSMS       = 7
	lineClinic    = 9
)

// An agent as a person: how fast, how good, and how much of the work.
type agent struct {
	id, name string
	teams    []string
	speaks   []language
	speed    float64 // 1 is usual, 2 takes twice as long
	quality  float64 // 0 to 1: what the ratings lean on
	share    float64
}

var (
	onlyES   = []language{spanish}
	onlyPT   = []language{portuguese}
	bothESPT = []language{spanish, portuguese}
)

// Two agents are called Ana Souza.
var namedAgents = []agent{
	{"1", "Camila Duarte", []string{teamSales, teamAfterSales}, bothESPT, 0.6, 0.93, 1.3},
	{"2", "Rodrigo Peñalver", []string{teamSales}, onlyES, 0.9, 0.8, 1.1},
	{"3", "Ana Souza", []string{teamSales}, onlyPT, 0.8, 0.88, 1.2},
	{"4", "Luiz Fernando Prates", []string{teamSupport, teamLogistics}, onlyPT, 1.4, 0.62, 0.9},
	{"5", "María José Ibáñez", []string{teamSupport, teamAfterSales}, onlyES, 0.7, 0.91, 1.2},
	{"6", "Thiago Brandão", []string{teamLogistics, teamSales}, onlyPT, 1, 0.78, 1},
	{"7", "Valentina Oviedo", []string{teamSales, teamSupport}, onlyES, 1.1, 0.84, 1},
	{"8", "Diego Arriaga", []string{teamLogistics, teamCollections}, onlyES, 2.1, 0.5, 0.7},
	{"9", "Beatriz Sampaio", []string{teamCollections, teamAfterSales}, onlyPT, 0.9, 0.82, 1},
	{"10", "Joaquín Ledesma", []string{teamSupport}, onlyES, 1.3, 0.7, 0.9},
	{"11", "Ana Souza", []string{teamSupport, teamLogistics}, onlyPT, 1.6, 0.66, 0.8},
	{"12", "Paula Restrepo", []string{teamCollections, teamLogistics}, onlyES, 0.75, 0.9, 1.1},
	{"13", "Marcela Toro", []string{teamReception}, onlyES, 0.9, 0.9, 1.2},
	{"14", "Ignacio Fuentes", []string{teamReception}, onlyES, 1.5, 0.72, 0.8},
}

// formerAgent wrote in the first days and is no longer in the list of agents:
// reports show the bare id.
var formerAgent = agent{"17", "Carolina Vidal", []string{teamSales, teamSupport}, bothESPT, 1.2, 0.75, 1}

// staff returns the agents that so many conversations a day need: the named
// ones, and further ones where those would drown.
func staff(talksPerDay float64) []agent {
	agents := append([]agent{}, namedAgents...)
	extra := min(int(talksPerDay/45)-len(namedAgents), 300)
	mainTeams := []string{teamSales, teamLogistics, teamSupport, teamCollections, teamAfterSales}
	for i := range max(0, extra) {
		a := namedAgents[i%12]
		a.id = fmt.Sprint(100 + i)
		first, last := &firstNames[spanish], &lastNames[spanish]
		a.speaks = onlyES
		if i%5 < 2 {
			first, last, a.speaks = &firstNames[portuguese], &lastNames[portuguese], onlyPT
		}
		a.name = (*first)[(i*7)%len(*first)] + " " + (*last)[(i*11)%len(*last)]
		a.teams = []string{mainTeams[i%len(mainTeams)], mainTeams[(i/5+i+1)%len(mainTeams)]}
		agents = append(agents, a)
	}
	return agents
}

func ref[T any](value T) *T { return &value }
