package model

import "testing"

func TestServiceNamesAreUnique(t *testing.T) {
	if len(registered) != len(servicesByName()) {
		t.Errorf("%d services registered under %d names", len(registered), len(servicesByName()))
	}
}

// The fields that usage files may rely on; a name once published stays.
func TestPublishedFieldsStay(t *testing.T) {
	for service, fields := range map[string][]string{
		"lambda": {
			"architecture", "memory_mb", "ephemeral_storage_mb", "requests", "duration_ms", "cold_starts", "init_duration_ms", "init_billed",
			"restores", "billed_restore_duration_ms", "restored_gb", "snapstart_cached_gb_seconds", "provisioned_concurrency", "provisioned_hours",
			"provisioned_requests", "provisioned_duration_ms", "async_event_kb", "streamed_gb", "gb_seconds", "kafka_poller_unit_hours",
			"sqs_poller_unit_hours", "tenant_environments_created",
		},
		"lambda_edge":              {"memory_mb", "requests", "duration_ms"},
		"lambda_managed_instances": {"instance_type", "instance_hours", "requests", "purchase"},
		"lambda_durable":           {"executions", "operations", "gb_written", "gb_months_retained"},
		"fargate":                  {"architecture", "purchase", "tasks", "vcpu", "memory_gb", "ephemeral_storage_gb", "hours"},
		"ec2":                      {"instance_type", "purchase", "count", "hours", "ebs_gp3_gb", "ebs_gp2_gb", "surplus_vcpu_hours"},
		"alb": {
			"hours", "lcu", "new_connections_per_second", "active_connections", "processed_gb_per_hour", "rule_evaluations_per_second", "lambda_targets",
		},
		"nat_gateway":   {"hours", "processed_gb"},
		"data_transfer": {"internet_out_gb", "cross_az_gb"},
	} {
		s, ok := ServiceNamed(service)
		if !ok {
			t.Errorf("no service %s", service)
		}
		have := map[string]bool{}
		for _, f := range s.Fields {
			have[f.Name] = true
		}
		for _, f := range fields {
			if !have[f] {
				t.Errorf("%s has no field %s", service, f)
			}
		}
	}
}
