// Compares every family with exact values: see README.md for the data, the measure and the goals.

#include <gmock/gmock.h>
#include <torch/distributions.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/data.h"
#include "support/test_dir.h"

namespace torch::distributions {
namespace {

namespace fs = std::filesystem;
using at::Tensor;
using test::Table;

const fs::path kFolder = test::test_dir() / "accuracy";

std::vector<std::vector<std::string>> read_csv(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream stream(line);
    rows.emplace_back();
    for (std::string cell; std::getline(stream, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

/// The name of a table: "normal.float32", "bernoulli_probs.float64".
std::string stem_of(const Table& table) {
  return table.data().at("name").get<std::string>() + '.' +
         table.data().at("dtype").get<std::string>();
}

const std::map<std::string, Table>& tables() {
  static const auto all = [] {
    std::map<std::string, Table> found;
    for (const test::Family& family : test::families()) {
      for (const Table& table : test::tables_of(family, "accuracy"))
        found.emplace(stem_of(table), table);
    }
    return found;
  }();
  return all;
}

/// The library's values: a column for each quantity of the table.
std::map<std::string, Tensor> evaluate(const Table& table) {
  const ValidateArgsGuard off(false);  // some points are outside the support
  const DistributionPtr d = table.make("call");
  const Tensor& value = table.inputs().at("value");
  std::map<std::string, Tensor> results;
  const auto put = [&](const std::string& name, const Tensor& values) {
    const auto put_part = [&](const auto& self, const std::string& part, const Tensor& t) -> void {
      if (t.dim() == 1) {
        results[part] = t;
        return;
      }
      for (int64_t i = 0; i < t.size(1); ++i)
        self(self, part + '[' + std::to_string(i) + ']', t.select(1, i));
    };
    put_part(put_part, name, values);
  };
  std::set<std::string> names;
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    if (!table.is_input(c)) names.insert(test::without_index(table.columns()[c]));
  }
  const std::pair<const char*, std::function<Tensor()>> functions[] = {
      {"log_prob", [&] { return d->log_prob(value); }},
      {"cdf", [&] { return d->cdf(value); }},
      {"log_cdf", [&] { return d->log_cdf(value); }},
      {"survival_function", [&] { return d->survival_function(value); }},
      {"log_survival_function", [&] { return d->log_survival_function(value); }},
      {"icdf", [&] { return d->icdf(table.inputs().at("probability")); }},
      {"mean", [&] { return d->mean(); }},
      {"variance", [&] { return d->variance(); }},
      {"entropy", [&] { return d->entropy(); }}};
  for (const auto& [name, function] : functions) {
    if (!names.contains(name)) continue;
    const Tensor values = function();
    EXPECT_EQ(values.scalar_type(), table.dtype()) << name;
    put(name, values.detach());
    const std::string prefix = std::string(name) + '/';
    if (std::none_of(names.begin(), names.end(),
                     [&](const auto& n) { return n.starts_with(prefix); }))
      continue;
    for (const auto& [_, tensor] : table.inputs()) tensor.mutable_grad() = Tensor();
    values.sum().backward();
    for (const auto& [input, tensor] : table.inputs()) {
      if (names.contains(prefix + input) && tensor.grad().defined())
        put(prefix + input, tensor.grad());
    }
  }
  return results;
}

/// The error in units of eps * max(|exact|, floor, unit). It is infinite if `got` and `exact`
/// differ and one of them is not finite.
double error(double got, double exact, double floor, double unit, at::ScalarType dtype) {
  const bool is_double = dtype == at::kDouble;
  const double eps = is_double ? 0x1p-52 : 0x1p-23;
  const double smallest = is_double ? 0x1p-1022 : 0x1p-126;
  if (std::isinf(exact) || !std::isfinite(got)) return got == exact ? 0 : HUGE_VAL;
  unit = std::max({std::abs(exact), floor, unit});
  if (unit < smallest)
    return std::abs(got) <= smallest ? 0 : HUGE_VAL;  // subnormal: it may be flushed
  return std::abs(got - exact) / unit / eps;
}

struct Figure {
  double worst = 0;
  int64_t points = 0, within = 0;

  void add(const Figure& other) {
    worst = std::max(worst, other.worst);
    points += other.points;
    within += other.within;
  }
};

/// A row of the report: figures by group of quantities.
using Figures = std::map<std::string, Figure>;
std::map<std::string, Figures> ours;  // by the name of the table

/// The column of the report to which a quantity belongs.
std::string column_of(const std::string& quantity) {
  if (quantity.find('/') != std::string::npos) return "gradients";
  const std::string name = test::without_index(quantity);
  for (const test::Tail& tail : test::kTails) {
    if (name == tail.name) return "tails";
  }
  return name == "mean" || name == "variance" ? "moments" : name;
}

std::vector<std::string> stems() {
  std::vector<std::string> all;
  for (const auto& [stem, _] : tables()) all.push_back(stem);
  return all;
}

class Accuracy : public testing::TestWithParam<std::string> {};

/// A value that misses its goal.
struct Offender {
  double excess;  // the error over the goal
  std::string quantity, text;
};

/// Measures one quantity of a table and appends the points that miss the goal.
Figure measure(const Table& table, std::size_t column, const Tensor& column_values,
               std::vector<Offender>& offenders) {
  const Tensor values = column_values.to(at::kDouble).contiguous();
  const std::string& quantity = table.columns()[column];
  const double goal = table.data().at("goals")[column], floor = table.data().at("floors")[column];
  Figure figure;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto cell = table.cell(i, column);
    if (!cell) continue;
    const double got = values.const_data_ptr<double>()[i];
    const double e = error(got, cell->number, floor, cell->unit, table.dtype());
    figure.add({.worst = e, .points = 1, .within = e <= goal});
    if (e <= goal) continue;
    std::ostringstream text;
    text << std::setprecision(17) << quantity << " at" << table.point(i) << ": got " << got
         << ", want " << cell->number << " of a unit of " << cell->unit << ", error "
         << std::setprecision(3) << e << " eps, goal " << goal;
    offenders.push_back({e / goal, quantity, text.str()});
  }
  return figure;
}

TEST_P(Accuracy, EveryPointIsWithinItsGoal) {
  const Table& table = tables().at(GetParam());
  const auto results = evaluate(table);
  std::vector<Offender> offenders;
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    if (table.is_input(c)) continue;
    const std::string& name = table.columns()[c];
    ASSERT_TRUE(results.contains(name)) << name << " has no value";
    ours[GetParam()][column_of(name)].add(measure(table, c, results.at(name), offenders));
  }
  std::sort(offenders.begin(), offenders.end(),
            [](const auto& a, const auto& b) { return a.excess > b.excess; });
  std::ostringstream worst;
  std::map<std::string, int> shown;
  for (const auto& offender : offenders) {
    if (++shown[offender.quantity] <= 5) worst << "  " << offender.text << '\n';
  }
  EXPECT_TRUE(offenders.empty()) << offenders.size()
                                 << " values miss their goals, the worst of each quantity:\n"
                                 << worst.str();
}

INSTANTIATE_TEST_SUITE_P(Families, Accuracy, testing::ValuesIn(stems()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(AccuracyData, HasEveryFamilyInBothFormats) {
  std::set<std::string> families;
  for (const auto& [stem, table] : tables()) {
    families.insert(table.make("call", false)->type().name);
    const std::string name = stem.substr(0, stem.rfind('.'));
    EXPECT_TRUE(tables().contains(name + ".float32") && tables().contains(name + ".float64"))
        << name;
  }
  for (const test::Family& family : test::families()) {
    // Only its draws differ from its base class, so it has no table of its own.
    if (family.has("only draws differ")) families.insert(family.name);
    EXPECT_TRUE(families.contains(family.name)) << family;
  }
}

TEST(AccuracyMeasure, CountsInUnitsOfTheDtype) {
  EXPECT_EQ(error(1 + 0x1p-52, 1, 0, 0, at::kDouble), 1);
  EXPECT_EQ(error(1 + 0x1p-23, 1, 0, 0, at::kFloat), 1);
  EXPECT_EQ(error(0x1p-23, 0, 1, 0, at::kFloat), 1) << "absolute below the floor";
  EXPECT_EQ(error(0x1p-20, 0, 1, 16, at::kFloat), 0.5) << "of the unit";
  EXPECT_EQ(error(0, 1e-310, 0, 0, at::kDouble), 0) << "a subnormal may be flushed";
  EXPECT_EQ(error(HUGE_VAL, HUGE_VAL, 1, 0, at::kDouble), 0);
  for (const auto& [got, exact] : {std::pair{HUGE_VAL, -HUGE_VAL},
                                   {HUGE_VAL, 1e300},
                                   {1e300, HUGE_VAL},
                                   {std::nan(""), 1.0},
                                   {1.0, 1e-310}}) {
    EXPECT_EQ(error(got, exact, 0, 0, at::kDouble), HUGE_VAL) << got << " for " << exact;
  }
}

/// The figures of Python's torch.distributions at the same points.
std::map<std::string, Figures> python() {
  std::map<std::string, Figures> all;
  const auto rows = read_csv(kFolder / "python.csv");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& r = rows[i];  // family, format, quantity, points, within, wrong infinities, worst
    const double worst = r[5] == "0" ? std::stod(r[6]) : HUGE_VAL;
    all[r[0] + '.' + r[1]][column_of(r[2])].add(
        {.worst = worst, .points = std::stoll(r[3]), .within = std::stoll(r[4])});
  }
  return all;
}

std::string text_of(double worst) {
  if (std::isinf(worst)) return "∞";
  char text[32];
  std::snprintf(text, sizeof text, worst >= 1e4 ? "%.0e" : worst >= 10 ? "%.0f" : "%.1f", worst);
  return text;
}

std::string percentage(const Figure& f) {
  char text[32];  // rounded down, so that 100 means all
  std::snprintf(
      text, sizeof text, "%.1f %%",
      std::floor(1000.0 * static_cast<double>(f.within) / static_cast<double>(f.points)) / 10);
  return text;
}

/// "ours / theirs", for one column of a row; adds both to the totals of the row.
std::string cell_of(const Figures& figures, const Figures& theirs, const std::string& column,
                    Figure& our_total, Figure& their_total) {
  const auto mine = figures.find(column), other = theirs.find(column);
  if (mine == figures.end()) return " |";
  our_total.add(mine->second);
  if (other == theirs.end()) return ' ' + text_of(mine->second.worst) + " / – |";
  their_total.add(other->second);
  return ' ' + text_of(mine->second.worst) + " / " + text_of(other->second.worst) + " |";
}

/// Writes the report when every family has been measured.
class Report : public testing::Environment {
 public:
  void TearDown() override {
    if (ours.size() != stems().size()) return;
    const fs::path path = TORCH_DISTRIBUTIONS_ACCURACY_REPORT;
    fs::create_directories(path.parent_path());
    std::ofstream out(path);
    out << std::ifstream(kFolder / "accuracy.md.in").rdbuf();
    auto theirs = python();
    Figure all_ours, all_theirs;
    for (const auto& [stem, figures] : ours) {
      const auto dot = stem.find('.');
      Figure our_total, their_total;
      std::string cells;
      for (const char* column :
           {"log_prob", "gradients", "cdf", "tails", "icdf", "moments", "entropy"}) {
        cells += cell_of(figures, theirs[stem], column, our_total, their_total);
      }
      out << "| " << stem.substr(0, dot) << " | " << stem.substr(dot + 1) << " | "
          << our_total.points << " |" << cells << ' ' << percentage(our_total) << " / "
          << percentage(their_total) << " |\n";
      all_ours.add(our_total);
      all_theirs.add(their_total);
    }
    out << "| **all** | | " << all_ours.points << " | | | | | | | | **" << percentage(all_ours)
        << " / " << percentage(all_theirs) << "** |\n";
  }
};

[[maybe_unused]] const auto* const report = testing::AddGlobalTestEnvironment(new Report);

}  // namespace
}  // namespace torch::distributions
