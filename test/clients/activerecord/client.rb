# ActiveRecord: models over tables and views, without a line about their columns.
require "active_record"
require "bigdecimal"

NAME = ENV["CLIENT_NAME"]
REASON = 'Oral exam: "très bien" – 100 %'
RESULTS = %w[row_key event_id learner_id learner_name account_id account_name sessions attended attendance_percent paid
             outcome source decided_at waiting_for]
ACHIEVEMENTS = %w[row_key learner_id achievement_type state active number issued_at valid_from expires_on last_valid_on waiting_for]
$count = $failed = 0
$stderr = $stdout

def ok(right, what, *details)
  $count += 1
  $failed += 1 unless right
  puts "#{right ? 'ok' : 'not ok'} #{$count} - #{NAME}: #{what}"
  details.each { |detail| puts "# #{detail.inspect}" } unless right
end

def same(got, wanted, what)
  ok(got == wanted, what, got, wanted)
end

# A value as psql's COPY writes it.
def text(value)
  case value
  when nil then "\\N"
  when true then "t"
  when false then "f"
  when BigDecimal then value.frac.zero? ? value.to_i.to_s : value.to_s("F")
  when Time then value.utc.strftime("%Y-%m-%dT%H:%M:%S.%L")
  when Date then value.iso8601
  else value.to_s.gsub("\\") { "\\\\" }
  end
end

def lines(rows)
  rows.map { |row| row.map { |value| text(value) }.join("\t") }
end

def expected(name)
  File.readlines("#{ENV['CLIENT_DIR']}/#{name}.tsv", chomp: true, encoding: "UTF-8")
end

ActiveRecord::Base.establish_connection(adapter: "postgresql", schema_search_path: "achieve,public")

class Account < ActiveRecord::Base
  self.table_name = "account"
end

class Learner < ActiveRecord::Base
  self.table_name = "learner"
  belongs_to :account, optional: true
end

class Event < ActiveRecord::Base
  self.table_name = "event"
end

class ResultsRow < ActiveRecord::Base
  self.table_name = "results_tab"
  self.primary_key = "row_key"
  belongs_to :learner
end

class AchievementsRow < ActiveRecord::Base
  self.table_name = "achievements_tab"
  self.primary_key = "row_key"
end

class AuditRow < ActiveRecord::Base
  self.table_name = "audit_tab"
  self.primary_key = "audit_id"
end

db = ActiveRecord::Base.connection

# No column hides a method of ActiveRecord: each table and view becomes a model that can be read.
broken = (db.tables + db.views).sort.map do |name|
  model = Class.new(ActiveRecord::Base) { self.table_name = name }
  Object.const_set("Every#{name.camelize}", model)
  model.primary_key ||= model.column_names.first
  model.define_attribute_methods
  model.first
  nil
rescue StandardError => e
  "#{name}: #{e.class} #{e.message.lines.first}"
end.compact
# What only the owner may read cannot be tried.
broken.reject! { |line| line.include?("PG::InsufficientPrivilege") || line.include?("permission denied") }
same(broken, [], "every table and view makes a model")
same([Account.primary_key, Event.primary_key], %w[account_id event_id], "finds primary keys")

tab = ResultsRow.where(event_id: 1).order(:learner_id)
rows = tab.pluck(*RESULTS)
same(lines(rows), expected("results"), "lists the Results tab")
first = tab.first
same([first.event_id.class, first.sessions.class, first.attendance_percent.class, first.paid.class, first.decided_at.acts_like?(:time)],
     [Integer, Integer, BigDecimal, TrueClass, true], "the values have types of their own")
same(lines(tab.where(outcome: "passed", account_id: 2).pluck(*RESULTS)), expected("filtered"), "filters by outcome and account")
same([0, 2, 4].flat_map { |skip| tab.limit(2).offset(skip).pluck(*RESULTS) }, rows, "pages by LIMIT and OFFSET")
found = []
until (page = tab.where("learner_id > ?", found.empty? ? 0 : found.last[2]).limit(4).pluck(*RESULTS)).empty?
  found += page
end
same(found, rows, "pages by the last key seen")
same(ResultsRow.find("1:1").learner.account.name, "Nordwind Energie GmbH", "finds a row of a view by its key, and follows it")
achievements = AchievementsRow.where(event_id: 1).order(:row_key)
same(lines(achievements.pluck(*ACHIEVEMENTS)), expected("achievements"), "lists the Achievements tab")
same(achievements.where.not(valid_from: nil).map { |row| [row.valid_from.class, row.expires_on.class] }.uniq.sort_by(&:to_s),
     [[Date, Date], [Date, NilClass]], "its dates are dates, and no end is nil")
same(lines(Event.order(:event_id).pluck(:event_id, :code, :passing_rule)), expected("rules"), "reads rules as text")

ActiveRecord::Base.transaction do
  db.exec_query("SELECT set_context($1)", "actor", [NAME])
  Event.find(2).update!(passing_rule: "ATTENDED>=2 or score(final)>=50")
  db.exec_query("INSERT INTO attendance (event_id, learner_id, session_no, status, note) VALUES ($1, $2, $3, $4, $5)", "mark",
                [2, 3, 2, "late", NAME])
  same(ResultsRow.find_by(event_id: 2, learner_id: 3).outcome, "passed", "a mark makes a learner pass at once")
  db.exec_query("SELECT set_result($1, $2, $3, $4)", "result", [1, 5, "passed", REASON])
end
audit = AuditRow.where(event_id: 1, learner_id: 5, action: "result.set").to_a
same(audit.map { |row| [row.actor, row.reason, row.new_value.class] }, [[NAME, REASON, Hash]], "reads the audit")
account = Account.create!(name: "Made by Rails")
ok(account.account_id > 2, "creates an account and learns its key", account)
begin
  Event.find(2).update!(passing_rule: "absense <= 2")
  state = nil
rescue ActiveRecord::StatementInvalid => e
  state = e.cause.result.error_field(PG::Result::PG_DIAG_SQLSTATE)
end
same(state, "42601", "a bad rule is refused with a SQLSTATE")
puts "1..#{$count}"
exit($failed.zero? ? 0 : 1)
