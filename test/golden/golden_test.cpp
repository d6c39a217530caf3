// Compares every case of test/data: texts, shapes, dtypes and errors with Python's, values and
// gradients with mpmath's.

#include "support/data.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace torch::distributions::test {
namespace {

using nlohmann::json;
using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

/// Limits of a dtype, and how many of its epsilons a result may be off. In float64 this is the goal
/// for densities with lgamma, in float32 half of it, as they are computed in double. Results in
/// half and bfloat16 are float32 results rounded once.
struct Precision {
  double epsilon, smallest, largest, allowed;

  template <class T>
  static Precision of(double allowed_epsilons) {
    using Limits = std::numeric_limits<T>;
    return {static_cast<double>(Limits::epsilon()), static_cast<double>(Limits::min()),
            static_cast<double>(Limits::max()), allowed_epsilons};
  }

  static Precision of(at::ScalarType dtype) {
    switch (dtype) {
      case at::kDouble:
        return of<double>(64);
      case at::kFloat:
        return of<float>(32);
      case at::kHalf:
        return of<at::Half>(2);
      case at::kBFloat16:
        return of<at::BFloat16>(2);
      default:
        return {0, 0, std::numeric_limits<double>::max(), 0};
    }
  }
};

std::string text_of(const auto& printable) {
  std::ostringstream out;
  out << printable;
  return out.str();
}

std::string digits(double number) {
  std::ostringstream out;
  out.precision(std::numeric_limits<double>::max_digits10);
  out << number;
  return out.str();
}

/// A tensor that a function has to return: nested lists, or an object that holds them as `value`.
struct Expected {
  std::vector<int64_t> sizes;
  std::optional<at::ScalarType> dtype;
  std::vector<double> numbers;
  std::vector<double> condition;  // may be empty
  std::vector<bool> undefined;

  explicit Expected(const json& entry, std::optional<at::ScalarType> usual = std::nullopt)
      : dtype(usual) {
    const json& value = !entry.is_object()        ? entry
                        : entry.contains("value") ? entry["value"]
                                                  : json::array();
    sizes = sizes_of(value);
    numbers = numbers_of(value);
    for_each(value, [&](const json& number) { undefined.push_back(number == "undefined"); });
    if (!entry.is_object()) return;
    if (entry.contains("shape")) sizes = entry["shape"].get<std::vector<int64_t>>();
    if (entry.contains("dtype")) dtype = dtype_of(entry["dtype"]);
    condition = numbers_of(entry.value("condition", json::array()));
  }

  /// Applies `function` to every number, and multiplies its condition by `slope` of the result.
  Expected after(double (*function)(double), double (*slope)(double result)) const {
    Expected result = *this;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      result.numbers[i] = function(numbers[i]);
      if (!condition.empty()) result.condition[i] = condition[i] * slope(result.numbers[i]);
    }
    return result;
  }

 private:
  template <class F>
  static void for_each(const json& value, const F& f) {
    if (!value.is_array()) return f(value);
    for (const json& part : value) for_each(part, f);
  }
};

/// Compares element by element. The tolerance is `allowed` epsilons of the largest of |value|,
/// `floor` and the condition (the error due to a relative error of one epsilon in every input). For
/// an `exponential` it is multiplied by the size of the exponent.
AssertionResult close(const Tensor& actual, const Expected& expected, double floor,
                      bool exponential = false) {
  if (actual.sizes() != IntArrayRef(expected.sizes)) {
    return AssertionFailure() << "shape is " << actual.sizes() << ", not "
                              << IntArrayRef(expected.sizes);
  }
  if (expected.dtype && actual.scalar_type() != *expected.dtype) {
    return AssertionFailure() << "dtype is " << actual.scalar_type() << ", not " << *expected.dtype;
  }
  const auto& want = expected.numbers;
  const auto& condition = expected.condition;
  const Precision precision = Precision::of(actual.scalar_type());
  const Tensor flat = actual.detach().to(at::kDouble).reshape({-1}).contiguous();
  const double* got = flat.const_data_ptr<double>();
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (expected.undefined[i]) {  // a kink or a pole: any number but NaN is accepted
      if (std::isnan(got[i])) return AssertionFailure() << "element " << i << " is nan";
      continue;
    }
    double w = want[i];
    if (std::abs(w) > precision.largest)
      w = std::copysign(std::numeric_limits<double>::infinity(), w);
    if (std::isnan(w) ? std::isnan(got[i]) : w == got[i]) continue;
    const double scale = std::max({std::abs(w), floor, condition.empty() ? 0 : condition[i]}) *
                         (exponential ? std::max(1.0, std::abs(std::log(w))) : 1);
    const double tolerance = precision.allowed * precision.epsilon * scale + precision.smallest;
    if (std::isinf(w) || !(std::abs(got[i] - w) <= tolerance)) {
      return AssertionFailure() << "element " << i << " is " << digits(got[i]) << ", not "
                                << digits(w) << ": off by "
                                << std::abs(got[i] - w) / (precision.epsilon * scale)
                                << " epsilons of " << scale << ", allowed " << precision.allowed;
    }
  }
  return AssertionSuccess();
}

AssertionResult throws(const std::string& error, const std::function<Tensor()>& f) {
  try {
    f();
  } catch (const c10::NotImplementedError& e) {
    if (error != "NotImplementedError")
      return AssertionFailure() << "raises NotImplementedError: " << e.what_without_backtrace();
    // The text must name the method and its class or, for a combinator, the part that lacks it.
    static const std::regex class_and_method(R"(\w+::\w+(\(\))? )");
    if (std::regex_search(e.what_without_backtrace(), class_and_method)) return AssertionSuccess();
    return AssertionFailure() << "the text names no class and method: "
                              << e.what_without_backtrace();
  } catch (const c10::ValueError& e) {
    if (error != "ValueError")
      return AssertionFailure() << "raises ValueError: " << e.what_without_backtrace();
    return AssertionSuccess();
  }
  return AssertionFailure() << "raises nothing instead of " << error;
}

class Golden : public ::testing::TestWithParam<Case> {
 protected:
  const json& data() const { return *GetParam().data; }
  const json& method(const std::string& name) const { return data().at("methods").at(name); }

  /// Checks the result of a method, or the error that it must raise.
  void check(const std::string& key, const std::function<Tensor()>& f) const {
    const json& expected = method(key);
    const std::string name = key.substr(0, key.find_first_of(" ("));
    if (is_error(expected)) {
      EXPECT_TRUE(throws(expected["error"], f)) << name << " of " << GetParam();
    } else {
      try {
        EXPECT_TRUE(
            close(f(), Expected(expected, GetParam().dtype), floor_of(name), name == "perplexity"))
            << key << " of " << GetParam();
      } catch (const std::exception& e) {
        ADD_FAILURE() << key << " of " << GetParam() << " raises " << e.what();
      }
    }
  }

  /// Checks a method whose result is `function` of the result of `other`. The data has an entry for
  /// the method only if the expected result differs from that.
  void check_function_of(const std::string& key, const std::string& other,
                         double (*function)(double), double (*slope)(double result),
                         const std::function<Tensor()>& f) const {
    if (data().at("methods").contains(key)) return check(key, f);
    if (is_error(method(other))) {
      EXPECT_TRUE(throws(method(other).at("error"), f)) << key << " of " << GetParam();
      return;
    }
    const Expected expected = Expected(method(other), GetParam().dtype).after(function, slope);
    EXPECT_TRUE(close(f(), expected, floor_of(key), key == "perplexity"))
        << key << " of " << GetParam();
  }

  static bool is_error(const json& entry) { return entry.is_object() && entry.contains("error"); }

  /// Checks the gradient of the weighted sum of `f` in the value (if there is one) and in every
  /// tensor parameter.
  void check_gradients(const std::string& name, Tensor value,
                       const std::function<Tensor(const Distribution&, const Tensor&)>& f) {
    if (!data().contains("gradients") || !data()["gradients"].contains(name)) return;
    const json& expected = data()["gradients"][name];
    try {
      const Built built = GetParam().build({.validate_args = false, .requires_grad = true});
      if (value.defined() && value.is_floating_point()) value = value.clone().requires_grad_();
      const Tensor result = f(*built.distribution, value);
      for (const auto& [path, gradient] : expected.items()) {
        const Tensor leaf = path == "value" ? value : built.parameter(path);
        Tensor actual = at::zeros_like(leaf);
        if (result.requires_grad()) {
          const Tensor found = torch::autograd::grad(
              {(result * weights_of(result)).sum()}, {leaf}, {}, /*retain_graph=*/true,
              /*create_graph=*/false, /*allow_unused=*/true)[0];
          if (found.defined()) actual = found;
        }
        Expected want(gradient);
        double floor = 1;
        if (gradient.is_object() && gradient.value("simplex", false)) {
          // The density is defined on the simplex only: compare the gradient along it.
          floor = gradient_scale(want.numbers);
          const Tensor along =
              along_simplex(at::tensor(want.numbers, at::kDouble).view(leaf.sizes()))
                  .reshape({-1})
                  .contiguous();
          const double* first = along.const_data_ptr<double>();
          want.numbers.assign(first, first + along.numel());
          actual = along_simplex(actual);
        }
        EXPECT_TRUE(close(actual, want, floor))
            << "gradient of " << name << " in " << path << " of " << GetParam();
      }
    } catch (const std::exception& e) {
      ADD_FAILURE() << "gradient of " << name << " of " << GetParam() << " raises " << e.what();
    }
  }

  static Tensor along_simplex(const Tensor& gradient) {
    return gradient - gradient.mean(-1, /*keepdim=*/true);
  }

  static double gradient_scale(const std::vector<double>& gradient) {
    double scale = 1;
    for (const double g : gradient) scale = std::max(scale, std::abs(g));
    return scale;
  }

  /// Errors of logarithms are absolute below 1, other errors are relative.
  static double floor_of(const std::string& name) {
    const bool is_log = name == "log_cdf" || name == "log_survival_function";
    return is_log || name == "log_prob" || name == "entropy" ? 1 : 0;
  }

  Tensor in_support() const {
    const Tensor values = GetParam().values(), edges = GetParam().edges();
    return !edges.defined() ? values : !values.defined() ? edges : at::cat({values, edges});
  }

  Tensor everywhere() const {
    const Tensor outside = GetParam().outside();
    return outside.defined() ? at::cat({in_support(), outside}) : in_support();
  }
};

TEST_P(Golden, Description) {
  const DistributionPtr d = GetParam().make();
  EXPECT_EQ(text_of(*d), data().at("repr"));
  EXPECT_EQ(d->batch_shape(), IntArrayRef(data().at("batch_shape").get<std::vector<int64_t>>()))
      << GetParam();
  EXPECT_EQ(d->event_shape(), IntArrayRef(data().at("event_shape").get<std::vector<int64_t>>()))
      << GetParam();
  EXPECT_EQ(d->has_rsample(), data().at("has_rsample")) << GetParam();
  EXPECT_EQ(d->has_enumerate_support(), data().at("has_enumerate_support")) << GetParam();
  EXPECT_EQ(text_of(*d->support()), data().at("support")) << GetParam();
  json arg_constraints = json::array();
  for (const auto& [name, constraint] : d->arg_constraints())
    arg_constraints.push_back({name, text_of(*constraint)});
  EXPECT_EQ(arg_constraints, data().at("arg_constraints")) << GetParam();
}

TEST_P(Golden, Expand) {
  auto shape = data().at("batch_shape").get<std::vector<int64_t>>();
  shape.insert(shape.begin(), 3);
  const DistributionPtr d = GetParam().make(), expanded = d->expand(shape);
  EXPECT_EQ(text_of(*expanded), data().at("expanded"));
  EXPECT_EQ(expanded->type().name, std::string(d->type().name)) << GetParam();
  EXPECT_EQ(expanded->batch_shape(), IntArrayRef(shape)) << GetParam();
  EXPECT_EQ(expanded->event_shape(), d->event_shape()) << GetParam();
}

TEST_P(Golden, Moments) {
  const DistributionPtr d = GetParam().make();
  check("mean", [&] { return d->mean(); });
  check("mode", [&] { return d->mode(); });
  check("variance", [&] { return d->variance(); });
  check_function_of(
      "stddev", "variance", [](double variance) { return std::sqrt(variance); },
      [](double stddev) { return 0.5 / stddev; }, [&] { return d->stddev(); });
}

TEST_P(Golden, Entropy) {
  const DistributionPtr d = GetParam().make();
  check("entropy", [&] { return d->entropy(); });
  check_function_of(
      "perplexity", "entropy", [](double entropy) { return std::exp(entropy); },
      [](double perplexity) { return perplexity; }, [&] { return d->perplexity(); });
  check_gradients("entropy", {}, [](const Distribution& p, const Tensor&) { return p.entropy(); });
}

TEST_P(Golden, LogProb) {
  const DistributionPtr d = GetParam().make(true);
  check("log_prob", [&] { return d->log_prob(in_support()); });
  check_gradients("log_prob", GetParam().values(),
                  [](const Distribution& p, const Tensor& x) { return p.log_prob(x); });
}

TEST_P(Golden, LogProbOutside) {
  const Tensor outside = GetParam().outside();
  if (!outside.defined()) return;
  const DistributionPtr d = GetParam().make(false);
  check("log_prob outside", [&] { return d->log_prob(outside); });
  const DistributionPtr validating = GetParam().make(true);
  EXPECT_TRUE(throws("ValueError", [&] { return validating->log_prob(outside); })) << GetParam();
}

TEST_P(Golden, Cdf) {
  const Tensor values = everywhere();
  const DistributionPtr d = GetParam().make(false);
  check("cdf", [&] { return d->cdf(values); });
  check_gradients("cdf", GetParam().values(),
                  [](const Distribution& p, const Tensor& x) { return p.cdf(x); });
  const DistributionPtr validating = GetParam().make(true);
  check("cdf", [&] { return validating->cdf(values); });
}

TEST_P(Golden, Tails) {
  const Tensor values = everywhere();
  const DistributionPtr d = GetParam().make(false), validating = GetParam().make(true);
  for (const auto& [name, function] : kTails) {
    const auto of = [&f = function](const Distribution& p, const Tensor& x) { return (p.*f)(x); };
    if (!data().at("methods").contains(name)) {
      EXPECT_TRUE(throws("NotImplementedError", [&] { return of(*d, values); }))
          << name << " of " << GetParam();
      continue;
    }
    check(name, [&] { return of(*d, values); });
    check(name, [&] { return of(*validating, values); });
    check_gradients(name, GetParam().values(), of);
  }
}

TEST_P(Golden, Icdf) {
  const Tensor p = GetParam().probabilities();
  const DistributionPtr d = GetParam().make(false);
  check("icdf", [&] { return d->icdf(p); });
  check_gradients("icdf", p.slice(0, 0, 3),
                  [](const Distribution& q, const Tensor& x) { return q.icdf(x); });
  if (is_error(method("icdf")) || !((p < 0) | (p > 1)).any().item<bool>()) return;
  const DistributionPtr validating = GetParam().make(true);
  EXPECT_TRUE(throws("ValueError", [&] { return validating->icdf(p); }))
      << "icdf outside [0, 1] of " << GetParam();
}

TEST_P(Golden, EnumerateSupport) {
  const DistributionPtr d = GetParam().make();
  for (const bool expand : {true, false}) {
    const std::string key = expand ? "enumerate_support(true)" : "enumerate_support(false)";
    const json& expected = method(key);
    if (!expected.is_object() || !expected.contains("sum")) {
      check(key, [&] { return d->enumerate_support(expand); });
      continue;
    }
    const Tensor all = d->enumerate_support(expand);
    EXPECT_EQ(all.sizes(), IntArrayRef(expected["shape"].get<std::vector<int64_t>>()))
        << key << " of " << GetParam();
    EXPECT_EQ(all.scalar_type(), dtype_of(expected["dtype"])) << key << " of " << GetParam();
    const Tensor flat = all.to(at::kDouble).reshape({-1});
    const auto first = numbers_of(expected["first"]), last = numbers_of(expected["last"]);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto n = static_cast<int64_t>(i);
      EXPECT_EQ(flat[n].item<double>(), first[i]) << key << " of " << GetParam();
      EXPECT_EQ(flat[n - static_cast<int64_t>(last.size())].item<double>(), last[i])
          << key << " of " << GetParam();
    }
    EXPECT_EQ(flat.sum().item<double>(), expected["sum"]) << key << " of " << GetParam();
  }
}

INSTANTIATE_TEST_SUITE_P(All, Golden, ::testing::ValuesIn(all_cases()), CaseName());

class BadParameters : public ::testing::TestWithParam<Case> {};
class BadValues : public ::testing::TestWithParam<Case> {};

/// Whether `f` raises a c10::ValueError. If Python's text names a constraint, ours must begin with
/// the same words.
AssertionResult refused(const json& data, const std::function<void()>& f) {
  try {
    f();
  } catch (const c10::ValueError& e) {
    const std::string message = e.what_without_backtrace();
    const std::string begins = data.value("begins", "");
    if (message.compare(0, begins.size(), begins) == 0) return AssertionSuccess();
    return AssertionFailure() << "the text is\n  " << message << "\nand should begin\n  " << begins;
  } catch (const std::exception& e) {
    return AssertionFailure() << "raises no ValueError, but " << e.what();
  }
  return AssertionFailure() << "is accepted";
}

TEST_P(BadParameters, AreRefused) {
  EXPECT_TRUE(refused(*GetParam().data, [] { GetParam().make(true); })) << GetParam();
}

TEST_P(BadValues, AreRefused) {
  const DistributionPtr d = GetParam().make(true);
  const Tensor value = tensor_of(GetParam().data->at("value"), GetParam().dtype);
  EXPECT_TRUE(refused(*GetParam().data, [&] { d->log_prob(value); })) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(All, BadParameters, ::testing::ValuesIn(cases_of("bad_parameters")),
                         CaseName());
INSTANTIATE_TEST_SUITE_P(All, BadValues, ::testing::ValuesIn(cases_of("bad_values")), CaseName());

TEST(GoldenData, CoversEveryClassWithTwelveCases) {
  std::map<std::string, int> cases;
  for (const Family& f : families()) cases[f.name] = 0;
  std::set<std::string> names;
  for (const Case& golden : all_cases()) {
    ++cases[golden.distribution];
    EXPECT_TRUE(names.insert(golden.name).second) << golden.name << " stands twice";
  }
  for (const auto& [name, count] : cases) EXPECT_GE(count, 12) << name;
}

}  // namespace
}  // namespace torch::distributions::test
