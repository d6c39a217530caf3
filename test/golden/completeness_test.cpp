// Compares this library with the inventory of torch.distributions (inventory.json). The library has
// the distributions that have data in test/data, and beyond.json lists every method that Python
// lacks. Prints the whole matrix of methods.

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <torch/distributions.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "kl/table.h"
#include "support/data.h"
#include "support/test_dir.h"

namespace torch::distributions::test {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;
namespace fs = std::filesystem;

const fs::path kTests = test_dir();
const fs::path kHeaders = kTests / "../include/torch/distributions";
const fs::path kReadme = kTests / "../README.md";

constexpr const char* kMethods[] = {"mean",
                                    "mode",
                                    "variance",
                                    "stddev",
                                    "entropy",
                                    "perplexity",
                                    "log_prob",
                                    "cdf",
                                    "icdf",
                                    "enumerate_support",
                                    "sample",
                                    "rsample",
                                    "expand",
                                    "log_cdf",
                                    "survival_function",
                                    "log_survival_function"};

std::string read(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << "cannot read " << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

const json& inventory() {
  static const json data = json::parse(read(kTests / "golden/inventory.json"));
  return data;
}

/// Methods that Python's classes lack. A cell has a call, the points, and the value by mpmath.
const json& beyond() {
  static const json data = json::parse(read(kTests / "golden/beyond.json"));
  return data;
}

Names keys_of(const json& object) {
  Names keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// Names of the distribution classes that a header declares.
Names built_distributions() {
  std::string text;
  for (const auto& entry : fs::directory_iterator(kHeaders)) {
    if (entry.path().extension() == ".h") text += read(entry.path());
  }
  Names built;
  for (const std::string& name : keys_of(inventory()["distributions"])) {
    const std::regex declaration(R"(class\s+(TORCH_DISTRIBUTIONS_API\s+)?)" + name +
                                 R"(\s+(final\s*)?:)");
    if (std::regex_search(text, declaration)) built.insert(name);
  }
  return built;
}

std::string text_of(const auto& printable) {
  std::ostringstream out;
  out << printable;
  return out.str();
}

/// A repr without the parameters of an example: `Interval(lower_bound=tensor(...` becomes
/// `Interval`.
std::string without_tensors(const std::string& repr) {
  return repr.find("tensor") == std::string::npos ? repr : repr.substr(0, repr.find('('));
}

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

std::vector<Case> cases_of_class(const std::string& name) {
  std::vector<Case> cases;
  for (const Case& golden : all_cases()) {
    if (golden.distribution == name) cases.push_back(golden);
  }
  return cases;
}

/// Calls of the methods of a distribution.
/// \param value Undefined for a method of the parameters alone.
std::map<std::string, std::function<Tensor()>> calls_of(const Distribution& d, const Tensor& value,
                                                        const Tensor& probability) {
  std::map<std::string, std::function<Tensor()>> calls{
      {"mean", [&d] { return d.mean(); }},
      {"mode", [&d] { return d.mode(); }},
      {"variance", [&d] { return d.variance(); }},
      {"stddev", [&d] { return d.stddev(); }},
      {"entropy", [&d] { return d.entropy(); }},
      {"perplexity", [&d] { return d.perplexity(); }},
      {"log_prob", [&d, value] { return d.log_prob(value); }},
      {"cdf", [&d, value] { return d.cdf(value); }},
      {"icdf", [&d, probability] { return d.icdf(probability); }},
      {"enumerate_support", [&d] { return d.enumerate_support(); }},
      {"sample", [&d] { return d.sample(); }},
      {"rsample", [&d] { return d.rsample(); }},
      {"expand", [&d] { return d.expand(d.batch_shape())->sample(); }}};
  for (const Tail& tail : kTails)
    calls.emplace(tail.name, [&d, value, f = tail.function] { return (d.*f)(value); });
  return calls;
}

/// The status of a method over all cases of a class: "raises" if every case raises
/// NotImplementedError, "ok" if a case returns a finite number, otherwise "inf" or "nan".
std::string status(const std::vector<Case>& cases, const std::string& method) {
  bool works = false, finite = false, infinite = false;
  for (const Case& golden : cases) {
    const DistributionPtr d = golden.make(false);
    const auto calls = calls_of(*d, golden.values().defined() ? golden.values() : golden.edges(),
                                golden.probabilities().slice(0, 0, 1));
    try {
      const Tensor value = calls.at(method)();
      works = true;
      finite = finite || value.isfinite().any().item<bool>();
      infinite = infinite || value.isinf().any().item<bool>();
    } catch (const c10::NotImplementedError&) {
    }
    if (works && finite) break;
  }
  return !works ? "raises" : finite ? "ok" : infinite ? "inf" : "nan";
}

/// Statuses by class and method, computed once.
const std::map<std::string, std::map<std::string, std::string>>& matrix() {
  static const auto made = [] {
    std::map<std::string, std::map<std::string, std::string>> all;
    for (const std::string& name : built_distributions()) {
      const auto cases = cases_of_class(name);
      for (const char* method : kMethods) all[name][method] = status(cases, method);
    }
    return all;
  }();
  return made;
}

TEST(Completeness, DistributionsAreThoseOfTestData) {
  Names with_data;
  for (const Family& f : families()) with_data.insert(f.name);
  EXPECT_EQ(built_distributions(), with_data);
}

TEST(Completeness, EveryDistributionHasGoldenCases) {
  for (const std::string& name : built_distributions()) {
    EXPECT_FALSE(cases_of_class(name).empty()) << name << " has no file in test/data";
  }
}

TEST(Completeness, SignaturesAreTheInventorys) {
  for (const std::string& name : built_distributions()) {
    const json& expected = inventory()["distributions"][name];
    const auto cases = cases_of_class(name);
    if (cases.empty()) continue;  // reported by another test
    const DistributionPtr d = cases.front().make();
    EXPECT_EQ(d->type().name, name);
    EXPECT_EQ(d->type().base->name, expected["base"]) << name;
    json arg_constraints = json::array(), wanted = json::array();
    for (const auto& [parameter, constraint] : d->arg_constraints()) {
      const json& listed = expected["arg_constraints"];
      const bool varies =
          arg_constraints.size() < listed.size() &&
          listed[arg_constraints.size()][1].get<std::string>().find("tensor") != std::string::npos;
      const std::string text = text_of(*constraint);
      arg_constraints.push_back({parameter, varies ? text.substr(0, text.find('(')) : text});
    }
    for (const json& entry : expected["arg_constraints"])
      wanted.push_back({entry[0], without_tensors(entry[1])});
    EXPECT_EQ(arg_constraints, wanted) << name;
  }
}

TEST(Completeness, SupportAndFlagsAreTheInventorys) {
  for (const std::string& name : built_distributions()) {
    const json& expected = inventory()["distributions"][name];
    const std::string wanted = without_tensors(expected["support"]);
    bool support = false, has_rsample = false, has_enumerate_support = false;
    for (const Case& golden :
         cases_of_class(name)) {  // a combinator varies with its parts: one case is enough
      const DistributionPtr d = golden.make();
      const std::string text = text_of(*d->support());
      support = support || text == wanted ||
                text.substr(0, text.find('(')) == wanted.substr(0, wanted.find('('));
      // Python's LogitRelaxedBernoulli draws with gradients, but does not say so.
      const bool draws = expected["methods"].value("rsample", "raises") == "ok";
      has_rsample = has_rsample || d->has_rsample() == (expected["has_rsample"] || draws);
      has_enumerate_support =
          has_enumerate_support || d->has_enumerate_support() == expected["has_enumerate_support"];
    }
    EXPECT_TRUE(support) << name << ": no case has the support " << wanted;
    EXPECT_TRUE(has_rsample) << name;
    EXPECT_TRUE(has_enumerate_support) << name;
  }
}

TEST(Completeness, MethodsAreTheInventorys) {
  for (const auto& [name, methods] : matrix()) {
    for (const auto& [method, got] : methods) {
      const std::string python =
          inventory()["distributions"][name]["methods"].value(method, "raises");
      const bool extended = beyond().contains(name) && beyond()[name].contains(method);
      // A combinator varies with its parts: a case may have a method that the inventory's example
      // lacks.
      const bool combinator = family(name).is_combinator();
      if (extended) {
        EXPECT_EQ(got, "ok") << name << "::" << method << " is in beyond.json";
        EXPECT_EQ(python, "raises") << name << "::" << method << ": Python has it";
      } else if (!(combinator || python == "nan") || got != "ok") {
        // Where Python's result is always NaN, the golden data say what is right.
        EXPECT_EQ(got, python) << name << "::" << method;
      }
    }
  }
}

TEST(Completeness, WhatPythonLacksHasTheOraclesValue) {
  constexpr double kUnits = 64, kEps = 0x1p-52;
  for (const auto& [name, methods] : beyond().items()) {
    EXPECT_TRUE(matrix().contains(name)) << name;
    for (const auto& [method, cell] : methods.items()) {
      const Case golden{name, cell["text"], name, dtype_of(cell.value("dtype", "float32")), &cell};
      const DistributionPtr d = golden.make();
      const Tensor value = cell.contains("at") ? tensor_of(cell["at"], golden.dtype) : Tensor();
      const Tensor got = calls_of(*d, value, value).at(method)().to(at::kDouble);
      EXPECT_EQ(got.sizes(), IntArrayRef(sizes_of(cell["is"]))) << method << " of " << golden;
      const Tensor want = at::tensor(numbers_of(cell["is"]), at::kDouble).view_as(got);
      EXPECT_TRUE(got.allclose(want, kUnits * kEps, kUnits * kEps)) << method << " of " << golden;
    }
  }
}

/// One object of each constraint, with the inventory's arguments.
const std::map<std::string, ConstraintPtr>& constraints_by_name() {
  namespace c = constraints;
  static const std::map<std::string, ConstraintPtr> table{
      {"boolean", c::boolean},
      {"cat", c::cat({c::real, c::positive})},
      {"corr_cholesky", c::corr_cholesky},
      {"dependent", c::dependent},
      {"greater_than", c::greater_than(1.0)},
      {"greater_than_eq", c::greater_than_eq(1.0)},
      {"independent", c::independent(c::real, 1)},
      {"integer_interval", c::integer_interval(0, 3)},
      {"interval", c::interval(-1.0, 2.0)},
      {"half_open_interval", c::half_open_interval(0.0, 2.0)},
      {"less_than", c::less_than(1.0)},
      {"lower_cholesky", c::lower_cholesky},
      {"lower_triangular", c::lower_triangular},
      {"MixtureSameFamilyConstraint", c::MixtureSameFamilyConstraint(c::real)},
      {"multinomial", c::multinomial(3)},
      {"nonnegative", c::nonnegative},
      {"nonnegative_integer", c::nonnegative_integer},
      {"one_hot", c::one_hot},
      {"positive", c::positive},
      {"positive_semidefinite", c::positive_semidefinite},
      {"positive_definite", c::positive_definite},
      {"positive_integer", c::positive_integer},
      {"real", c::real},
      {"real_vector", c::real_vector},
      {"simplex", c::simplex},
      {"square", c::square},
      {"stack", c::stack({c::real, c::positive})},
      {"symmetric", c::symmetric},
      {"unit_interval", c::unit_interval}};
  return table;
}

/// One object of each transform, with the inventory's arguments.
const std::map<std::string, TransformPtr>& transforms_by_name() {
  static const std::map<std::string, TransformPtr> table{
      {"AbsTransform", AbsTransform()},
      {"AffineTransform", AffineTransform(1, -2)},
      {"CatTransform", CatTransform({ExpTransform(), identity_transform})},
      {"ComposeTransform", ComposeTransform({ExpTransform(), AffineTransform(1, 2)})},
      {"CorrCholeskyTransform", CorrCholeskyTransform()},
      {"CumulativeDistributionTransform", CumulativeDistributionTransform(Normal(0, 1))},
      {"ExpTransform", ExpTransform()},
      {"IndependentTransform", IndependentTransform(ExpTransform(), 1)},
      {"LowerCholeskyTransform", LowerCholeskyTransform()},
      {"PositiveDefiniteTransform", PositiveDefiniteTransform()},
      {"PowerTransform", PowerTransform(2)},
      {"ReshapeTransform", ReshapeTransform({6}, {2, 3})},
      {"SigmoidTransform", SigmoidTransform()},
      {"SoftmaxTransform", SoftmaxTransform()},
      {"SoftplusTransform", SoftplusTransform()},
      {"StackTransform", StackTransform({ExpTransform(), identity_transform})},
      {"StickBreakingTransform", StickBreakingTransform()},
      {"TanhTransform", TanhTransform()},
      {"identity_transform", identity_transform}};
  return table;
}

TEST(Completeness, ConstraintsAreTheInventorys) {
  for (const std::string& name : keys_of(inventory()["constraints"])) {
    ASSERT_TRUE(constraints_by_name().contains(name))
        << "completeness_test.cpp has no object of " << name;
    const Constraint& constraint = *constraints_by_name().at(name);
    const json& expected = inventory()["constraints"][name];
    EXPECT_EQ(text_of(constraint), expected["repr"]) << name;
    if (expected["event_dim"].is_null()) {
      EXPECT_THROW(constraint.event_dim(), c10::NotImplementedError) << name;
      EXPECT_THROW(constraint.is_discrete(), c10::NotImplementedError) << name;
    } else {
      EXPECT_EQ(constraint.event_dim(), expected["event_dim"]) << name;
      EXPECT_EQ(constraint.is_discrete(), expected["is_discrete"]) << name;
    }
  }
}

TEST(Completeness, TransformsAreTheInventorys) {
  for (const std::string& name : keys_of(inventory()["transforms"])) {
    ASSERT_TRUE(transforms_by_name().contains(name))
        << "completeness_test.cpp has no object of " << name;
    const TransformPtr transform = transforms_by_name().at(name);
    const json& expected = inventory()["transforms"][name];
    EXPECT_EQ(text_of(*transform), expected["repr"]) << name;
    EXPECT_EQ(transform->bijective(), expected["bijective"]) << name;
    EXPECT_EQ(text_of(*transform->domain()), expected["domain"]) << name;
    EXPECT_EQ(text_of(*transform->codomain()), expected["codomain"]) << name;
    EXPECT_EQ(transform->inv()->inv(), transform) << name;
    EXPECT_EQ(transform->with_cache(1)->cache_size(), 1) << name;
    if (expected["has_sign"]) {
      EXPECT_NO_THROW(transform->sign()) << name;
    } else {
      EXPECT_THROW(transform->sign(), c10::NotImplementedError) << name;
    }
  }
}

void expect_registry(const char* name, const ConstraintRegistry& registry) {
  const json& expected = inventory()[name];
  for (const auto& [constraint_name, constraint] : constraints_by_name()) {
    const std::string text = text_of(*constraint);
    ASSERT_TRUE(expected.contains(text)) << text;
    std::string got;
    try {
      got = without_spaces(text_of(*registry(*constraint)));
    } catch (const c10::NotImplementedError&) {
    }
    const std::string want =
        expected[text].is_null() ? "" : without_spaces(expected[text].get<std::string>());
    EXPECT_EQ(got, want) << name << " of " << constraint_name;
  }
}

TEST(Completeness, BijectToIsTheInventorys) { expect_registry("biject_to", biject_to); }
TEST(Completeness, TransformToIsTheInventorys) { expect_registry("transform_to", transform_to); }

TEST(Completeness, PrintsTheMatrix) {
  std::ostringstream out;
  const auto row = [&](const std::string& name,
                       const std::function<std::string(const char*)>& cell) {
    out << name << std::string(34 - std::min<std::size_t>(33, name.size()), ' ');
    for (const char* method : kMethods) {
      const std::string text = cell(method);
      out << text
          << std::string(
                 std::max<std::size_t>(7, std::string_view(method).size() + 1) - text.size(), ' ');
    }
    out << '\n';
  };
  row("", [](const char* method) { return std::string(method); });
  int done = 0, todo = 0;
  for (const auto& [name, expected] : inventory()["distributions"].items()) {
    const bool built = matrix().contains(name);
    row(name, [&, &key = name, &wanted = expected](const char* method) -> std::string {
      const std::string status =
          built ? matrix().at(key).at(method) : wanted["methods"].value(method, "raises");
      ++(status == "raises" ? todo : built ? done : todo);
      if (status == "raises") return "-";
      return !built ? "todo" : status == "ok" ? "Y" : status;
    });
  }
  std::cout << out.str() << built_distributions().size() << " of "
            << inventory()["distributions"].size() << " classes, " << kl::built_in_rules().size()
            << " KL rules\n";
}

/// The README's table of classes, made from the signatures.
std::string class_table() {
  std::ostringstream out;
  out << "| class | parameters | support | rsample | methods beside `log_prob`, `sample`, `expand` "
         "|\n|---|---|---|---|---|\n";
  for (const std::string& name : built_distributions()) {
    const auto cases = cases_of_class(name);
    if (cases.empty()) continue;
    const DistributionPtr d = cases.front().make();
    out << "| `" << name << "` | ";
    const char* separator = "";
    for (const auto& [parameter, constraint] : d->arg_constraints()) {
      out << separator << '`' << parameter << '`';
      separator = ", ";
    }
    const bool combinator = d->arg_constraints().empty();
    const std::string support = text_of(*d->support());
    out << (combinator && *separator == '\0' ? "of its parts" : "") << " | "
        << (combinator ? "of its parts" : support.substr(0, support.find('(')));
    out << " | " << (matrix().at(name).at("rsample") == "ok" ? "yes" : "") << " | ";
    separator = "";
    for (const char* method :
         {"mean", "mode", "variance", "entropy", "cdf", "icdf", "enumerate_support"}) {
      if (matrix().at(name).at(method) != "ok") continue;
      out << separator << method;
      separator = ", ";
    }
    if (matrix().at(name).at("log_survival_function") == "ok") out << separator << "tails";
    out << " |\n";
  }
  return out.str();
}

// With TORCH_DISTRIBUTIONS_UPDATE_README in the environment, writes the table instead.
TEST(Completeness, ReadmeTableSaysWhatTheSignaturesSay) {
  const std::string begin = "<!-- classes -->\n", end = "<!-- /classes -->";
  std::string readme = read(kReadme);
  const auto from = readme.find(begin), to = readme.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos && from < to)
      << "README.md has no " << begin << end;
  const auto first = from + begin.size();
  if (std::getenv("TORCH_DISTRIBUTIONS_UPDATE_README") != nullptr) {
    readme.replace(first, to - first, class_table());
    std::ofstream(kReadme) << readme;
    return;
  }
  EXPECT_EQ(readme.substr(first, to - first), class_table())
      << "run this test with TORCH_DISTRIBUTIONS_UPDATE_README=1 to write the table";
}

}  // namespace
}  // namespace torch::distributions::test
