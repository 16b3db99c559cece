package model

import "testing"

func TestServiceNamesAreUnique(t *testing.T) {
	if len(registered) != len(servicesByName()) {
		t.Errorf("%d services registered under %d names", len(registered), len(servicesByName()))
	}
}
