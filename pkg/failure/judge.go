package failure

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// A Verdict is what Reason, Code and Meaning return of a failure.
type Verdict struct{ Reason, Code, Meaning string }

// maxJudged limits how many verdicts are remembered: about 20 MB.
const maxJudged = 100_000

// judged holds verdicts by hashes of what was judged, since texts can be long. The patterns
// take longer than everything else that is done with a message, and refreshes read the same
// failures again and again.
var judged = struct {
	sync.Mutex
	verdicts map[[sha256.Size]byte]Verdict
}{verdicts: map[[sha256.Size]byte]Verdict{}}

// Judge returns the verdict on a message of the channel that failed, by the source's own
// code and text; any of them may be empty. It is quick where it was asked before.
func Judge(channel, code, text string) Verdict {
	var parts []byte
	for _, part := range []string{channel, code, text} {
		parts = append(binary.AppendUvarint(parts, uint64(len(part))), part...)
	}
	key := sha256.Sum256(parts)
	judged.Lock()
	verdict, ok := judged.verdicts[key]
	judged.Unlock()
	if ok {
		return verdict
	}
	verdict = judge(Family(channel), ownCode(code), Cut(text), text)
	judged.Lock()
	defer judged.Unlock()
	if len(judged.verdicts) >= maxJudged {
		clear(judged.verdicts)
	}
	judged.verdicts[key] = verdict
	return verdict
}

// judge returns the verdict on a failure with these codes: the source's own and the one in
// the text.
func judge(family, own, cut, text string) Verdict {
	v := Verdict{Reason: reason(family, own, cut, text), Code: cmp.Or(own, cut)}
	v.Meaning = meaning(family, v.Code, v.Reason)
	return v
}
