// Every family against exact values: see README.md for the data, the measure and the goals.

#include <gmock/gmock.h>
#include <torch/distributions.h>

#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/test_dir.h"

namespace torch::distributions {
namespace {

namespace fs = std::filesystem;
using at::Tensor;

const fs::path kFolder = test::test_dir() / "accuracy";

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line + ',');
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

std::vector<std::vector<std::string>> read_csv(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(split(line));
  return rows;
}

/// One file of test/accuracy/data.
struct Table {
  std::string family, format;
  std::vector<std::string> header, goals, floors;
  std::vector<std::vector<std::string>> points;

  bool is_quantity(std::size_t column) const {
    return !goals[column].empty() && goals[column] != "goal";
  }
  at::ScalarType dtype() const { return format == "float64" ? at::kDouble : at::kFloat; }
};

/// What stands before the first '[' of a column's name.
std::string group(const std::string& name) { return name.substr(0, name.find('[')); }

Table read_table(const std::string& stem) {
  auto rows = read_csv(kFolder / "data" / (stem + ".csv"));
  Table table;
  table.family = stem.substr(0, stem.find('.'));
  table.format = stem.substr(stem.find('.') + 1);
  if (rows.size() < 4) throw std::runtime_error("no data in " + stem);
  table.header = rows[0], table.goals = rows[1], table.floors = rows[2];
  table.points.assign(rows.begin() + 3, rows.end());
  return table;
}

/// The inputs of a table as tensors, one row a point; columns x[0], x[1] ... make one tensor.
class Inputs {
 public:
  explicit Inputs(const Table& table) {
    std::map<std::string, std::vector<Tensor>> columns;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
      if (table.is_quantity(c)) continue;
      std::vector<double> numbers;
      for (const auto& point : table.points)
        numbers.push_back(std::strtod(point[c].c_str(), nullptr));
      columns[group(table.header[c])].push_back(
          at::from_blob(numbers.data(), {static_cast<int64_t>(numbers.size())}, at::kDouble)
              .to(table.dtype(), false, true));
      is_vector_[group(table.header[c])] = table.header[c].find('[') != std::string::npos;
    }
    for (auto& [name, parts] : columns) {
      tensors_[name] = (is_vector_[name] ? at::stack(parts, -1) : parts[0]).requires_grad_();
    }
  }

  const Tensor& operator[](const std::string& name) const { return tensors_.at(name); }
  const std::map<std::string, Tensor>& all() const { return tensors_; }

 private:
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, bool> is_vector_;
};

using Builder = std::function<DistributionPtr(const Inputs&)>;

const std::map<std::string, Builder>& builders() {
  static const std::map<std::string, Builder> all{
      {"normal", [](const Inputs& in) { return Normal(in["loc"], in["scale"]); }},
      {"log_normal", [](const Inputs& in) { return LogNormal(in["loc"], in["scale"]); }},
      {"laplace", [](const Inputs& in) { return Laplace(in["loc"], in["scale"]); }},
      {"student_t", [](const Inputs& in) { return StudentT(in["df"], in["loc"], in["scale"]); }},
      {"uniform", [](const Inputs& in) { return Uniform(in["low"], in["high"]); }},
      {"exponential", [](const Inputs& in) { return Exponential(in["rate"]); }},
      {"gamma", [](const Inputs& in) { return Gamma(in["concentration"], in["rate"]); }},
      {"chi2", [](const Inputs& in) { return Chi2(in["df"]); }},
      {"beta", [](const Inputs& in) { return Beta(in["concentration1"], in["concentration0"]); }},
      {"bernoulli_probs", [](const Inputs& in) { return Bernoulli({.probs = in["probs"]}); }},
      {"bernoulli_logits", [](const Inputs& in) { return Bernoulli({.logits = in["logits"]}); }},
      {"binomial_probs",
       [](const Inputs& in) { return Binomial(in["total_count"], {.probs = in["probs"]}); }},
      {"binomial_logits",
       [](const Inputs& in) { return Binomial(in["total_count"], {.logits = in["logits"]}); }},
      {"poisson", [](const Inputs& in) { return Poisson(in["rate"]); }},
      {"dirichlet", [](const Inputs& in) { return Dirichlet(in["concentration"]); }},
      {"categorical_probs", [](const Inputs& in) { return Categorical({.probs = in["probs"]}); }},
      {"categorical_logits",
       [](const Inputs& in) { return Categorical({.logits = in["logits"]}); }},
      {"one_hot_categorical_logits",
       [](const Inputs& in) { return OneHotCategorical({.logits = in["logits"]}); }},
      {"multivariate_normal",
       [](const Inputs& in) {
         return MultivariateNormal(in["loc"],
                                   {.scale_tril = in["scale_tril"].unflatten(-1, {3, 3})});
       }},
      {"transformed_distribution_normal_tanh",
       [](const Inputs& in) {
         return TransformedDistribution(Normal(in["loc"], in["scale"]), TanhTransform());
       }},
      {"transformed_distribution_normal_sigmoid",
       [](const Inputs& in) {
         return TransformedDistribution(Normal(in["loc"], in["scale"]), SigmoidTransform());
       }},
      {"transformed_distribution_normal_affine_exp_affine",
       [](const Inputs& in) {
         return TransformedDistribution(
             Normal(in["loc"], in["scale"]),
             {AffineTransform(3.0, -2.0), ExpTransform(), AffineTransform(1.0, 0.5)});
       }},
      {"mixture_same_family_categorical_normal",
       [](const Inputs& in) {
         return MixtureSameFamily(Categorical({.logits = in["logits"]}),
                                  Normal(in["loc"], in["scale"]));
       }},
      {"independent_normal_1",
       [](const Inputs& in) { return Independent(Normal(in["loc"], in["scale"]), 1); }},
  };
  return all;
}

/// The library's values: a column for each quantity of the table.
std::map<std::string, Tensor> evaluate(const Table& table) {
  const Inputs in(table);
  const ValidateArgsGuard off(false);  // points lie outside the support too
  const DistributionPtr d = builders().at(table.family)(in);
  std::map<std::string, Tensor> results;
  const auto put = [&](const std::string& name, const Tensor& values) {
    if (values.dim() == 1) {
      results[name] = values;
    } else {
      for (int64_t i = 0; i < values.size(1); ++i)
        results[name + '[' + std::to_string(i) + ']'] = values.select(1, i);
    }
  };
  std::set<std::string> names;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (table.is_quantity(c)) names.insert(group(table.header[c]));
  }
  const std::pair<const char*, std::function<Tensor()>> functions[] = {
      {"log_prob", [&] { return d->log_prob(in["value"]); }},
      {"cdf", [&] { return d->cdf(in["value"]); }},
      {"icdf", [&] { return d->icdf(in["probability"]); }},
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
    for (const auto& [_, tensor] : in.all()) tensor.mutable_grad() = Tensor();
    values.sum().backward();
    for (const auto& [input, tensor] : in.all()) {
      if (names.contains(prefix + input) && tensor.grad().defined())
        put(prefix + input, tensor.grad());
    }
  }
  return results;
}

/// The error in units of eps * max(|exact|, floor, unit); infinite where one of the two is infinite
/// or NaN.
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
std::map<std::string, Figures> ours;  // by the stem of the file

/// The column of the report that a quantity counts in.
std::string column_of(const std::string& quantity) {
  if (quantity.find('/') != std::string::npos) return "gradients";
  const std::string name = group(quantity);
  return name == "mean" || name == "variance" ? "moments" : name;
}

std::vector<std::string> stems() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(kFolder / "data"))
    all.push_back(entry.path().stem().string());
  std::sort(all.begin(), all.end());
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
  const std::string& quantity = table.header[column];
  const double goal = std::stod(table.goals[column]), floor = std::stod(table.floors[column]);
  Figure figure;
  for (std::size_t i = 0; i < table.points.size(); ++i) {
    const auto& point = table.points[i];
    const std::string& cell = point[column];  // "exact" or "exact@unit" or nothing
    if (cell.empty()) continue;
    const auto at_sign = cell.find('@');
    const double unit =
        at_sign == std::string::npos ? 0 : std::strtod(cell.c_str() + at_sign + 1, nullptr);
    const double got = values.const_data_ptr<double>()[i];
    const double e = error(got, std::strtod(cell.c_str(), nullptr), floor, unit, table.dtype());
    figure.add({.worst = e, .points = 1, .within = e <= goal});
    if (e <= goal) continue;
    std::ostringstream text;
    text << std::setprecision(17) << quantity << " at";
    for (std::size_t k = 0; k < point.size(); ++k) {
      if (!table.is_quantity(k)) text << ' ' << table.header[k] << '=' << point[k];
    }
    text << ": got " << got << ", want " << cell << ", error " << std::setprecision(3) << e
         << " eps, goal " << goal;
    offenders.push_back({e / goal, quantity, text.str()});
  }
  return figure;
}

TEST_P(Accuracy, EveryPointIsWithinItsGoal) {
  const Table table = read_table(GetParam());
  const auto results = evaluate(table);
  std::vector<Offender> offenders;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (!table.is_quantity(c)) continue;
    const std::string& name = table.header[c];
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
  std::vector<std::string> expected;
  for (const auto& [family, _] : builders()) {
    expected.push_back(family + ".float32");
    expected.push_back(family + ".float64");
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(stems(), expected);
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
  char text[32];  // rounded down: 100 means all
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
      for (const char* column : {"log_prob", "gradients", "cdf", "icdf", "moments", "entropy"}) {
        cells += cell_of(figures, theirs[stem], column, our_total, their_total);
      }
      out << "| " << stem.substr(0, dot) << " | " << stem.substr(dot + 1) << " | "
          << our_total.points << " |" << cells << ' ' << percentage(our_total) << " / "
          << percentage(their_total) << " |\n";
      all_ours.add(our_total);
      all_theirs.add(their_total);
    }
    out << "| **all** | | " << all_ours.points << " | | | | | | | **" << percentage(all_ours)
        << " / " << percentage(all_theirs) << "** |\n";
  }
};

[[maybe_unused]] const auto* const report = testing::AddGlobalTestEnvironment(new Report);

}  // namespace
}  // namespace torch::distributions
