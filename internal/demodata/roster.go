package demodata

import "slices"

// A roster is the agents of a team who speak a language.
type roster struct {
	agents []agent
	shares []float64 // cumulated
}

func (r *roster) add(a agent) {
	total := a.share
	if n := len(r.shares); n > 0 {
		total += r.shares[n-1]
	}
	r.agents, r.shares = append(r.agents, a), append(r.shares, total)
}

// pickAgent finds somebody of the team who speaks the language.
func (g *generator) pickAgent(team string, speaks language, at int64) *agent {
	if (team == teamSales || team == teamSupport) && at < g.start+(g.end-g.start)/8 && g.chance(0.06) {
		return &formerAgent
	}
	r := &g.rosters[team][speaks]
	if len(r.agents) == 0 {
		r = &g.rosters[team][1-speaks]
	}
	x := g.random.Float64() * r.shares[len(r.shares)-1]
	i, _ := slices.BinarySearch(r.shares, x)
	return &r.agents[min(i, len(r.agents)-1)]
}
