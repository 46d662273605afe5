require "active_record"

ActiveRecord::Base.establish_connection(adapter: "postgresql", schema_search_path: "achieve,public") # PGHOST, PGDATABASE ...

class ResultsRow < ActiveRecord::Base
  self.table_name = "results_tab"
  self.primary_key = "row_key" # a view: say what its key is
end

ActiveRecord::Base.transaction do
  db = ActiveRecord::Base.connection
  db.exec_query("SELECT set_context($1)", "actor", ["Ingrid Solberg"])
  db.exec_query("INSERT INTO attendance (event_id, learner_id, session_no, status) VALUES ($1, $2, $3, $4)", "mark", [2, 1, 2, "present"])
end
ResultsRow.where(event_id: 1, outcome: "passed").order(:learner_id).each do |row|
  puts "#{row.learner_name}, #{row.account_name}: #{row.outcome}"
end
