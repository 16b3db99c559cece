package collect

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// promise is a value that one goroutine finds and others wait for.
type promise[T any] struct {
	ready chan struct{}
	value T
}

func newPromise[T any]() *promise[T] { return &promise[T]{ready: make(chan struct{})} }

// keep gives the value to everyone who waits. It is called once.
func (p *promise[T]) keep(v T) {
	p.value = v
	close(p.ready)
}

// get waits for the value or the context's end.
func (p *promise[T]) get(ctx context.Context) (T, error) {
	select {
	case <-p.ready:
		return p.value, nil
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// sortedKeys returns m's keys in order, so that nothing depends on a map's.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
