package tui

import "strings"

// pager shows lines that may be longer than the screen is high.
type pager struct{ top int }

// update handles a movement key over n lines in h; it reports whether the key
// was one.
func (p *pager) update(k keyPress, keys keymap, n, h int) bool {
	to, ok := moved(k, keys, p.top, max(n-h+1, 1), max(h, 1))
	if ok {
		p.top = to
	}
	return ok
}

// view draws the lines in view; the last says how much is below.
func (p *pager) view(s scene, lines []string, h int) string {
	top := max(min(p.top, len(lines)-h), 0)
	shown := lines[top:min(top+max(h, 1), len(lines))]
	if below := len(lines) - top - len(shown); below > 0 && len(shown) > 1 {
		shown = append(append([]string{}, shown[:len(shown)-1]...),
			s.st.as(toneMuted, s.g.down+" "+count(int64(below+1))+" more lines"))
	}
	return strings.Join(shown, "\n")
}
