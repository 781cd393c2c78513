package frame

import "testing"

func TestDifference(t *testing.T) {
	for _, test := range []struct{ now, before, difference, share any }{
		{int64(15), int64(10), int64(5), 0.5},
		{int64(5), int64(10), int64(-5), -0.5},
		{0.25, 0.5, -0.25, -0.5},
		{int64(3), int64(0), int64(3), nil},
		{int64(3), nil, nil, nil},
		{nil, 2.0, nil, nil},
	} {
		if d, s := change(test.now, test.before); d != test.difference || s != test.share {
			t.Errorf("change(%v, %v) = %v, %v; want %v, %v", test.now, test.before, d, s, test.difference, test.share)
		}
	}
}
