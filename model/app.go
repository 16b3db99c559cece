package model

import "github.com/breakeven-dev/breakeven/model/unit"

// App is a group of resources that serve one purpose, and what they cost
// together. The costs of all apps, the one without a name included, add up to
// the total.
type App struct {
	// Name is the tag's or stack's, or that of the resource where work enters;
	// empty for what cannot be attributed.
	Name string `json:"name"`
	// Kind is one of the App constants.
	Kind string `json:"kind"`
	// Found tells by what its resources were grouped: "tag", "connection", or
	// "" for the app without a name.
	Found   string `json:"found_by,omitempty"`
	Cost    Cost   `json:"cost"`    // of the window
	Monthly Cost   `json:"monthly"` // scaled to 730 hours
	// Work counts what the app does in WorkUnit over the window; 0 where it
	// is not known, and PerUnit is then unknown.
	Work     int64  `json:"work"`
	WorkUnit string `json:"work_unit"` // "1,000 requests", "event", "execution", "run"
	// PerUnit is Cost for one WorkUnit.
	PerUnit Cost `json:"per_unit"`
	// Services split Cost, by name.
	Services []AppService `json:"services"`
	// Parts are its resources, dearest first.
	Parts []AppPart `json:"parts"`
}

// AppService is what one service's resources add to an app.
type AppService struct {
	Service string `json:"service"`
	Cost    Cost   `json:"cost"`
}

// AppPart is a resource's part in an app.
type AppPart struct {
	Key ResourceKey `json:"key"`
	// Share is the app's share of the resource, 0 to 1; below 1 where several
	// apps use it. It follows measured traffic.
	Share float64 `json:"share"`
	Cost  Cost    `json:"cost"`
}

// The values of App.Kind, as AWS's own reference architectures name them.
const (
	AppAPI      = "api-backend"
	AppEvents   = "event-processing"
	AppWorkflow = "workflow"
	AppCron     = "cron"
	AppOther    = "other"
	AppNone     = "not-attributed"
)

// ResourceByID finds a resource of a service but Lambda; nil if there is none.
func (a *Analysis) ResourceByID(id unit.ResourceID) *Resource {
	for i := range a.Resources {
		if a.Resources[i].Key.ID == id {
			return &a.Resources[i]
		}
	}
	return nil
}
