package main

import "github.com/spf13/cobra"

// The help topics are commands that cannot be run: cobra lists them under
// "Additional help topics" and `breakeven help TOPIC` prints their text.

func topic(name, short, long string) func(*app) *cobra.Command {
	return func(*app) *cobra.Command { return &cobra.Command{Use: name, Short: short, Long: long} }
}

var newHelpExitCodes = topic("exit-codes", "What the exit codes mean", `Exit codes of every command:

  0    done
  1    failed; one line on stderr says what and why
  2    wrong usage, or input that cannot be read
  3    finished, but some data is missing: each gap is named on stderr and
       kept in the view "gaps"; a price that the book lacks counts as a gap
  4    no or expired credentials
  5    refused: the run might cost more than --max-cost
  10   a limit of "check" was passed
  130  cancelled (Ctrl-C); what was collected is kept

A script that must not act on partial data treats anything but 0 as failure;
one that wants what there is accepts 0 and 3.`)

var newHelpEnvironment = topic("environment", "The environment variables that are read", `Environment variables:

  BREAKEVEN_DB        path of the database, unless --db is given
  BREAKEVEN_PAYER     any non-empty value: all accounts are one payer's and
                      share tiers and allowances (also --payer)
  BREAKEVEN_RETENTION how long collect keeps data, such as 400d (also
                      collect --retention; default: for ever)
  XDG_DATA_HOME       where the database is by default: under breakeven/ in it
                      (else in ~/.local/share)
  NO_COLOR            any non-empty value: no colour (also --no-color)
  TERM=dumb           no colour either

The AWS SDK for Go reads its own, among them:

  AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE
  AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_CLOUDWATCH, ...
                      another endpoint, for an emulator
  AWS_ENDPOINT_URL_PRICING
                      where "prices update" finds the price list; its own
                      reading of it, not the SDK's

Credentials are used, never stored.`)

var newHelpPermissions = topic("permissions", "What breakeven may and will do in an account", `breakeven only reads. "breakeven iam-policy" prints the smallest policy that
lets it collect, and nothing in it can change an account.

  sts:GetCallerIdentity        which account this is
  lambda:ListFunctions         the inventory, with configuration; of environment
                               variables the names are kept, never the values
  lambda:List*, lambda:Get*    aliases, concurrency and event sources, as far
                               as the policy names them
  cloudwatch:ListMetrics       functions that were deleted this month
  cloudwatch:GetMetricData     metrics; AWS bills it by the metric requested
  logs:DescribeLogGroups       where the logs are
  logs:StartQuery, logs:GetQueryResults
                               sums over REPORT lines; billed by the GB scanned
  logs:FilterLogEvents         the same without being billed by the GB, slower
  ce:GetCostAndUsage           with reconcile --cost-explorer alone, $0.01 a
                               request; "iam-policy --cost-explorer" adds it

A permission that is missing costs the part that needs it: it is recorded as a
gap with the action's name, the rest is collected, and the exit code is 3.
"breakeven collect --plan" says what a run would cost before it costs.`)

var newHelpPricing = topic("pricing", "How amounts are computed", `Prices come from a book that is part of the program: list prices in US dollars
with the source and date of each ("breakeven prices show"). No network is
needed. "breakeven prices update" puts AWS's current lists in front of it, and
"breakeven prices override" what you agreed upon with AWS. A price that the book lacks is unknown: it prints as a dash, is null in
JSON, and makes every total above it unknown. The price of another region is
never taken instead.

A cost is a billed quantity times a unit price, exact in decimals, and rounded
once, where it is printed, so that the printed parts add up to the printed
total. Tiers and allowances are filled by the calendar month (UTC) over the
whole account and region (with --payer over all accounts); each hour then
carries the month's average price.

Where only metrics are known a cost has three values: CloudWatch's Duration
leaves Init out and is not rounded up to the millisecond that is billed, so the
bounds span what may be missing. It prints as "$12.30 (11.90-12.80)", or
"~$12.30" where there is no room.

"A month" in advice and comparisons is 730 hours. Credits, support, taxes and
discounts that no override names are not known here.`)
