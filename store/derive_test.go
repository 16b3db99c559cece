package store

import "testing"

// TestTurnsDeriveTheSame derives hours from everything at once and for a few
// functions at a time.
func TestTurnsDeriveTheSame(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	var fs []Resource
	for i := range 7 {
		fs = append(fs, function(string(rune('a'+i)), 128))
	}
	refs := put(t, w, fs...)
	for i, r := range refs {
		putBlocks(t, w, block(r, day0, 300+i*10, 3+i, 1.37+float64(i)))
	}
	var sums [2][2]int64
	for n, atOnce := range []int64{1 << 19, 400} {
		if err := w.refreshInTurns(t.Context(), "refresh_lambda", atOnce); err != nil {
			t.Fatal(err)
		}
		sums[n][0] = int64(count(t, w.conn, "SELECT CAST(sum(hash(h) % 1000000007) AS BIGINT) FROM lambda_hour h"))
		sums[n][1] = int64(count(t, w.conn, "SELECT CAST(sum(hash(h) % 1000000007) AS BIGINT) FROM lambda_usage_hour h"))
		if rows := count(t, w.conn, "SELECT count(*) FROM lambda_hour"); rows != 7*300+10*21 {
			t.Errorf("%d hours derived at %d rows a turn, want %d", rows, atOnce, 7*300+10*21)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("derived %v at once, %v in turns", sums[0], sums[1])
	}
}
