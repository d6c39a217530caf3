#pragma once

#include <torch/types.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions::test {

/// A distribution and the tensors that it was made of.
struct Built {
  DistributionPtr distribution;
  /// Tensor parameters in the constructor's order, by path: `loc`, `base_distribution.loc`,
  /// `transforms.0.scale`.
  std::vector<std::pair<std::string, Tensor>> parameters;

  /// \throws std::out_of_range when there is no such parameter.
  const Tensor& parameter(const std::string& path) const;
};

struct BuildOptions {
  Validate validate_args = {};  // of the distribution and of those within it
  bool requires_grad = false;   // of every floating tensor parameter
  /// Makes every parameter a tensor of this dtype, numbers included (counts and dimensions
  /// excepted).
  std::optional<at::ScalarType> dtype = std::nullopt;
  /// Taken, in the order of `Built::parameters`, instead of the case's tensors.
  std::vector<Tensor> replacements = {};
};

/// A constructor call that generate.py wrote to test/golden/<distribution>.json, with what must
/// come of it.
struct Case {
  std::string name;          ///< unique and fit for the name of a test: `Gamma_03`
  std::string text;          ///< `Gamma(concentration=[0.5, 4.0], rate=1.0)`
  std::string distribution;  ///< `Gamma`
  at::ScalarType dtype;      ///< of the tensor parameters
  const nlohmann::json* data;

  Built build(const BuildOptions& options = {}) const;
  DistributionPtr make(Validate validate_args = {}) const {
    return build({.validate_args = validate_args}).distribution;
  }

  /// Values inside the support, of shape `[n] + (1, ... or batch) + event`; for a density away from
  /// its ends.
  Tensor values() const { return points("at"); }
  /// Values at the ends of the support, that belong to it; undefined when there are none.
  Tensor edges() const { return points("edges"); }
  /// Values outside the support, NaN among them; undefined when there are none.
  Tensor outside() const { return points("outside"); }
  /// Arguments of icdf, of which the first three lie well inside (0, 1).
  Tensor probabilities() const { return points("p"); }

 private:
  Tensor points(const char* kind) const;
};

/// Every case of every distribution, in a fixed order.
const std::vector<Case>& all_cases();

/// The same of another section of the files: `streams`, `bad_parameters`, `bad_values`.
std::vector<Case> cases_of(const char* section);

/// A tensor from its JSON: `{"shape": [2], "dtype": "float32", "data": [1.0, "inf"]}`.
Tensor tensor_of(const nlohmann::json& json);

/// A list of numbers from their JSON: "nan", "inf" and "-inf" are strings, "undefined" is nan.
std::vector<double> numbers_of(const nlohmann::json& json);

at::ScalarType dtype_of(const std::string& name);

/// The weights 1, 9/8, ..., 15/8, 1, ... of a weighted sum whose gradient is golden.
Tensor weights_of(const Tensor& values);

/// For the name of a parametrised test and its messages.
std::ostream& operator<<(std::ostream& out, const Case& golden);

struct CaseName {
  template <class Info>
  std::string operator()(const Info& info) const {
    return info.param.name;
  }
};

}  // namespace torch::distributions::test
