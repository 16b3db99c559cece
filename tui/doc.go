// Package tui is the terminal dashboard over one finished model.Analysis. It
// decides nothing: every figure on screen was computed by package model.
//
// The root model dispatches messages and owns size, current screen, prompt
// and data; each screen is a component in a file of its own (screen_*.go)
// with state that concerns it alone. The rules all of them keep:
//
//   - Update does no I/O; a command does I/O and changes no state.
//   - View is a pure function of state and size. Drawn charts are remembered
//     until data or size change, because drawing one costs milliseconds.
//   - No state is told by colour alone: a sign, a letter or reverse video
//     carries it too.
//   - Text that comes from the account is stripped of control codes where
//     data enters (see newDataset), so no screen has to think of it.
//   - Nothing waits for data: the first frame is drawn before it is asked for.
package tui
