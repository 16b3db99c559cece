package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const awsLambda = "AWSLambda"

// Lambda's limits and what is included (AWS Lambda quotas and pricing pages).
const (
	lambdaMinMemoryMB    = "128"
	lambdaMaxMemoryMB    = "10240"
	lambdaIncludedTmpMB  = 512 // ephemeral storage in every environment
	asyncFirstKB         = 256 // event size of one request
	asyncFurtherKB       = 64  // each further one
	secondsAnHour        = 3600
	defaultLambdaMemory  = "128"
	defaultLambdaTmpDisk = "512"
)

var secondsAMillisecond = unit.QuantityFromFloat(0.001)

var architectures = []string{string(unit.X86), string(unit.ARM)}

// lambdaMemory is the memory_mb of everything that runs as a Lambda function.
var lambdaMemory = Field{Name: "memory_mb", Default: defaultLambdaMemory, Min: lambdaMinMemoryMB, Max: lambdaMaxMemoryMB, Whole: true}

var _ = register(Service{
	Name: "lambda",
	Fields: []Field{
		{Name: "architecture", Kind: Choice, Choices: architectures},
		lambdaMemory,
		{Name: "ephemeral_storage_mb", Default: defaultLambdaTmpDisk, Max: "10240", Whole: true},
		{Name: "requests"},
		{Name: "duration_ms"},
		{Name: "cold_starts"},
		{Name: "init_duration_ms"},
		{Name: "init_billed", Kind: Flag, Default: "true"},
		{Name: "restores"},
		{Name: "billed_restore_duration_ms"},
		{Name: "restored_gb"}, // computed from restores and memory unless given
		{Name: "snapstart_cached_gb_seconds"},
		{Name: "provisioned_concurrency"},
		{Name: "provisioned_hours"},
		{Name: "provisioned_requests"},
		{Name: "provisioned_duration_ms"},
		{Name: "async_event_kb"},
		{Name: "streamed_gb"},
		{Name: "gb_seconds"},
		{Name: "kafka_poller_unit_hours"},
		{Name: "sqs_poller_unit_hours"},
		{Name: "tenant_environments_created"},
	},
	Allowances: []Allowance{
		{
			Name:   "Lambda requests",
			Of:     price.Key{Service: awsLambda, Region: price.AnyRegion, Dimension: "free-tier-requests"},
			Covers: []string{"requests"},
		},
		{
			Name:   "Lambda duration",
			Of:     price.Key{Service: awsLambda, Region: price.AnyRegion, Dimension: "free-tier-duration"},
			Covers: []string{"duration-x86", "duration-arm"},
		},
	},
	Bill: billLambda,
})

// LambdaSuffix returns how the price book ends a Lambda dimension that differs
// by architecture: "duration-arm".
func LambdaSuffix(a unit.Architecture) string {
	if a == unit.ARM {
		return "-arm"
	}
	return "-x86"
}

// AsyncRequests returns how many requests an asynchronous event of kb KB is
// billed as: one for the first 256 KB, one for each 64 KB begun beyond (AWS
// Lambda pricing page).
func AsyncRequests(kb unit.Quantity) unit.Quantity {
	beyond := kb.Sub(unit.QuantityOf(asyncFirstKB)).Max(unit.Quantity{})
	return unit.QuantityOf(1).Add(beyond.Div(unit.QuantityOf(asyncFurtherKB)).Ceil())
}

// billLambda follows the AWS Lambda pricing page: requests, memory held over
// billed time, and the extras each by its own unit.
func billLambda(l *Lines, v Values) {
	arch := LambdaSuffix(v.Architecture())
	perRequest := AsyncRequests(v.Number("async_event_kb"))
	l.Add(awsLambda, "requests", v.Number("requests").Mul(perRequest))
	l.AddFully(awsLambda, "requests", v.Number("provisioned_requests").Mul(perRequest))

	onDemand, provisioned := lambdaBilledSeconds(v)
	memory := v.MiB("memory_mb").GB()
	l.Add(awsLambda, "duration"+arch, onDemand.Mul(memory))
	l.AddFully(awsLambda, "provisioned-duration"+arch, provisioned.Mul(memory))
	l.AddFully(awsLambda, "provisioned-concurrency"+arch, provisionedSeconds(v).Mul(memory))
	l.Add(awsLambda, "ephemeral-storage"+arch, extraStorageGB(v).Mul(onDemand.Add(provisioned)))

	l.Add(awsLambda, "snapstart-cache"+arch, v.Number("snapstart_cached_gb_seconds"))
	l.Add(awsLambda, "snapstart-restore"+arch, restoredGB(v))
	l.Add(awsLambda, "response-streaming"+arch, v.Number("streamed_gb"))
	l.Add(awsLambda, "event-poller-unit", v.Number("kafka_poller_unit_hours"))
	l.Add(awsLambda, "event-poller-unit-sqs", v.Number("sqs_poller_unit_hours"))
	l.Add(awsLambda, "tenant-isolation-environment"+arch, v.Number("tenant_environments_created").Mul(memory))
	warnLambda(l, v)
}

// lambdaBilledSeconds returns the seconds billed on demand and on provisioned
// concurrency. Cold starts and restores are among the requests and add their
// init or restore time to those seconds; gb_seconds stands instead of what
// requests, duration and memory make.
func lambdaBilledSeconds(v Values) (onDemand, provisioned unit.Quantity) {
	var ms unit.Quantity
	if !v.Given("gb_seconds") {
		ms = v.Number("requests").Mul(v.Number("duration_ms"))
	}
	if v.Flag("init_billed") {
		ms = ms.Add(v.Number("cold_starts").Mul(v.Number("init_duration_ms")))
	}
	ms = ms.Add(v.Number("restores").Mul(v.Number("billed_restore_duration_ms")))
	onDemand = inSeconds(ms)
	if v.Given("gb_seconds") {
		onDemand = onDemand.Add(v.Number("gb_seconds").Div(v.MiB("memory_mb").GB()))
	}
	return onDemand, inSeconds(v.Number("provisioned_requests").Mul(v.Number("provisioned_duration_ms")))
}

// provisionedSeconds is how long environments were kept ready, used or not.
func provisionedSeconds(v Values) unit.Quantity {
	return v.Number("provisioned_concurrency").Mul(v.Number("provisioned_hours")).Mul(unit.QuantityOf(secondsAnHour))
}

// extraStorageGB is the ephemeral storage above what is included.
func extraStorageGB(v Values) unit.Quantity {
	return max(v.MiB("ephemeral_storage_mb")-lambdaIncludedTmpMB, 0).GB()
}

// restoredGB is what SnapStart restored: the whole memory, each time.
func restoredGB(v Values) unit.Quantity {
	if v.Given("restored_gb") {
		return v.Number("restored_gb")
	}
	return v.Number("restores").Mul(v.MiB("memory_mb").GB())
}

// warnLambda names what is priced as given and looks like an oversight.
func warnLambda(l *Lines, v Values) {
	if v.Number("requests").Cmp(v.Number("cold_starts").Add(v.Number("restores"))) < 0 {
		l.Warn("usage", "cold_starts and restores are among requests, yet there are more of them")
	}
	if v.Number("provisioned_concurrency").Sign() > 0 && v.Number("provisioned_hours").IsZero() {
		l.Warn("usage", "provisioned_concurrency without provisioned_hours costs nothing")
	}
	if v.Given("gb_seconds") && v.Given("duration_ms") {
		l.Warn("usage", "gb_seconds stands instead of duration_ms, which is not priced")
	}
}

// inSeconds turns milliseconds into seconds, exactly.
func inSeconds(ms unit.Quantity) unit.Quantity {
	return ms.Mul(secondsAMillisecond)
}
