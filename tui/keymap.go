package tui

import (
	"charm.land/bubbles/v2/key"
)

// keymap holds every key of the dashboard as a value; matching and help both
// come from it.
type keymap struct {
	// Anywhere.
	Overview, Functions, Function, Services, Apps, Compare          key.Binding
	Savings, ColdStarts, Health, Data                               key.Binding
	Help, Warnings, Command, Reload, Why, Unit, Copy, Export, Mouse key.Binding
	Back, Quit, Interrupt, Suspend                                  key.Binding
	// In lists and text.
	Up, Down, Top, Bottom, HalfUp, HalfDown, Open, NextPane, PrevPane key.Binding
	// In tables.
	Filter, Sort, Reverse, SortLeft, SortRight, AllResources key.Binding
	// While typing.
	Accept, Cancel, Complete key.Binding
}

func bind(help, desc string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
}

func newKeymap() keymap {
	return keymap{
		Overview:   bind("1", "overview", "1"),
		Functions:  bind("2", "functions", "2"),
		Function:   bind("3", "function detail", "3"),
		Services:   bind("4", "services", "4"),
		Apps:       bind("5", "applications", "5"),
		Compare:    bind("6", "servers", "6"),
		Savings:    bind("7", "savings", "7"),
		ColdStarts: bind("8", "cold starts", "8"),
		Health:     bind("9", "health: wrong now", "9"),
		Data:       bind("0", "data", "0"),
		Help:       bind("?", "help", "?"),
		Warnings:   bind("!", "warnings", "!"),
		Command:    bind(":", "command", ":"),
		Reload:     bind("r", "reload", "r"),
		Why:        bind("w", "why", "w"),
		Unit:       bind("u", "unit", "u"),
		Copy:       bind("y", "copy", "y"),
		Export:     bind("e", "export as CSV", "e"),
		Mouse:      bind("m", "mouse on/off", "m"),
		Back:       bind("esc", "back", "esc", "backspace"),
		Quit:       bind("q", "quit", "q"),
		Interrupt:  bind("ctrl+c", "quit", "ctrl+c"),
		Suspend:    bind("ctrl+z", "suspend", "ctrl+z"),

		Up:       bind("k/up", "up", "k", "up"),
		Down:     bind("j/down", "down", "j", "down"),
		Top:      bind("g", "first", "g", "home"),
		Bottom:   bind("G", "last", "G", "end"),
		HalfUp:   bind("ctrl+u", "half a page up", "ctrl+u", "pgup"),
		HalfDown: bind("ctrl+d", "half a page down", "ctrl+d", "pgdown"),
		Open:     bind("enter", "open", "enter"),
		NextPane: bind("tab", "next pane", "tab", "right", "l"),
		PrevPane: bind("shift+tab", "previous pane", "shift+tab", "left", "h"),

		Filter:    bind("/", "filter", "/"),
		Sort:      bind("s", "sort by", "s"),
		Reverse:   bind("S", "reverse", "S"),
		SortLeft:  bind("<", "sort column left", "<"),
		SortRight: bind(">", "sort column right", ">"),

		AllResources: bind("a", "all resources", "a"),

		Accept:   bind("enter", "accept", "enter"),
		Cancel:   bind("esc", "cancel", "esc"),
		Complete: bind("tab", "complete", "tab"),
	}
}

// keyGroup is a headed part of the help screen.
type keyGroup struct {
	title string
	keys  []key.Binding
}

// groups lists every binding once, for help.
func (k keymap) groups() []keyGroup {
	return []keyGroup{
		{"Keys: screens", []key.Binding{k.Overview, k.Functions, k.Function, k.Services, k.Apps, k.Compare, k.Savings, k.ColdStarts, k.Health, k.Data, k.Warnings, k.Help}},
		{"Keys: anywhere", []key.Binding{k.Command, k.Why, k.Unit, k.Reload, k.Copy, k.Export, k.Mouse, k.Back, k.Quit, k.Interrupt, k.Suspend}},
		{"Keys: lists and text", []key.Binding{k.Down, k.Up, k.Top, k.Bottom, k.HalfDown, k.HalfUp, k.Open, k.NextPane, k.PrevPane}},
		{"Keys: tables", []key.Binding{k.Filter, k.Sort, k.Reverse, k.SortLeft, k.SortRight, k.AllResources}},
		{"Keys: while typing", []key.Binding{k.Accept, k.Cancel, k.Complete}},
	}
}
