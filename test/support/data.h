#pragma once

#include <torch/types.h>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/core/distribution.h>

// The reference data of test/data, one file for each family, written by test/oracle/generate.py.

namespace torch::distributions::test {

/// Tensors by the names of a call's inputs.
using Inputs = std::map<std::string, Tensor>;

/// A distribution and its tensor parameters.
struct Built {
  DistributionPtr distribution;
  /// Tensor parameters by path, in a fixed order: `loc`, `base_distribution.loc`,
  /// `transforms.0.scale`.
  std::vector<std::pair<std::string, Tensor>> parameters;
  /// The kind of each parameter (its name in test/oracle/framework/draws.py), or an empty string
  /// for a parameter of a transform.
  std::vector<std::string> kinds = {};

  /// \throws std::out_of_range if there is no such parameter.
  const Tensor& parameter(const std::string& path) const;
};

struct BuildOptions {
  Validate validate_args = {};  // of the distribution and its parts
  bool requires_grad = false;   // whether floating tensor parameters require a gradient
  /// Makes every parameter but counts and dimensions a tensor of this dtype, numbers included.
  std::optional<at::ScalarType> dtype = std::nullopt;
  /// Used instead of the case's tensors, in the order of `Built::parameters`.
  std::vector<Tensor> replacements = {};
};

/// The oracle's description of a class.
struct Family {
  /// A form of the constructor's parameters, with which law tests make the class.
  struct Law {
    std::string name;  ///< valid in the name of a test: `Bernoulli_logits`
    const Family* family;
    const nlohmann::json* data;

    /// Columns of parameters: away from every edge, or all combinations of hostile numbers.
    Inputs ordinary(at::ScalarType dtype) const { return columns("ordinary", dtype); }
    Inputs hostile(at::ScalarType dtype) const { return columns("hostile", dtype); }
    DistributionPtr make(const Inputs& inputs, Validate validate_args = {}) const;

   private:
    Inputs columns(const char* kind, at::ScalarType dtype) const;
  };

  std::string name;  ///< `Gamma`
  std::string file;  ///< `gamma`
  const nlohmann::json* data;
  std::vector<std::string> parameters;  ///< names, in the order of the constructor

  bool is_scalar() const;  ///< a family of single numbers, evaluated by formulas
  bool is_combinator() const;
  /// Whether the class has an attribute of test/oracle/framework/family.py, such as "heavy tails".
  bool has(const char* attribute) const;
  /// The kind of a parameter, such as "positive". \throws std::out_of_range if there is no such
  /// parameter.
  std::string kind_of(const std::string& parameter) const;
  /// Whether kl_divergence has a rule from this class to the other.
  bool has_divergence_to(const Family& other) const;
  std::vector<Law> laws() const;
};

/// Every family that has a file in test/data, by name.
const std::vector<Family>& families();
/// \throws std::out_of_range if there is no such family.
const Family& family(const std::string& name);

/// A constructor call and its expected results.
struct Case {
  std::string name;          ///< unique, and valid in the name of a test: `Gamma_03`
  std::string text;          ///< `Gamma(concentration=[0.5, 4.0], rate=1.0)`
  std::string distribution;  ///< `Gamma`
  at::ScalarType dtype;      ///< of the tensor parameters
  const nlohmann::json* data;

  Built build(const BuildOptions& options = {}) const;
  DistributionPtr make(Validate validate_args = {}) const {
    return build({.validate_args = validate_args}).distribution;
  }

  /// Whether the class, or that of a part, has an attribute.
  bool has(const char* attribute) const;

  /// Values inside the support, away from the ends of a density. The shape is `[n] + (1, ... or
  /// batch) + event`.
  /// \param in Their dtype, by default that of the case.
  Tensor values(std::optional<at::ScalarType> in = {}) const { return points("at", in); }
  /// Values at the ends of the support that belong to it; undefined if there are none.
  Tensor edges() const { return points("edges"); }
  /// Values outside the support, including NaN; undefined if there are none.
  Tensor outside() const { return points("outside"); }
  /// Arguments of icdf. The first three are well inside (0, 1).
  Tensor probabilities(std::optional<at::ScalarType> in = {}) const { return points("p", in); }

 private:
  Tensor points(const char* kind, std::optional<at::ScalarType> in = {}) const;
};

/// Every case of every distribution, in a fixed order.
const std::vector<Case>& all_cases();

/// Every case of another section of the files: `streams`, `bad_parameters`, `bad_values`.
std::vector<Case> cases_of(const char* section);

/// A number of a table and, if the cell is `number@unit`, the unit of its error.
struct Cell {
  double number;
  double unit = 0;
};

/// A table of exact values, one point a row.
class Table {
 public:
  explicit Table(const nlohmann::json& data);

  const nlohmann::json& data() const { return *data_; }
  at::ScalarType dtype() const { return dtype_; }
  std::size_t rows() const;
  const std::vector<std::string>& columns() const { return columns_; }
  /// Whether a column holds an input, rather than a value to be compared.
  bool is_input(std::size_t column) const;
  /// The cell, or nothing if it is null: then no value is checked.
  std::optional<Cell> cell(std::size_t row, std::size_t column) const;
  /// "loc=0 scale=1": the inputs of a row.
  std::string point(std::size_t row) const;

  /// The inputs. Columns x[0], x[1] ... are one tensor. A table of one row has no batch dimension.
  const Inputs& inputs() const { return inputs_; }
  /// The distribution that the table calls "call", "p" or "q".
  DistributionPtr make(const char* call, Validate validate_args = {}) const;

 private:
  const nlohmann::json* data_;
  at::ScalarType dtype_;
  std::vector<std::string> columns_;
  Inputs inputs_;
};

/// The tables of a section of a family's file: `accuracy`, `divergences`.
std::vector<Table> tables_of(const Family& family, const char* section);

/// A column's name up to the first '['.
std::string without_index(const std::string& column);

/// A tensor from its JSON: nested lists of this dtype (int64 if all are integers), or
/// `{"dtype": "float64", "data": 1.0}`.
Tensor tensor_of(const nlohmann::json& json, at::ScalarType dtype);

/// The sizes and the numbers of nested lists.
std::vector<int64_t> sizes_of(const nlohmann::json& json);
/// The strings "nan", "inf" and "-inf" are these numbers; "undefined" is nan.
std::vector<double> numbers_of(const nlohmann::json& json);

at::ScalarType dtype_of(const std::string& name);

/// The tails, which Python lacks, by name.
struct Tail {
  const char* name;
  Tensor (Distribution::*function)(const Tensor&) const;
};
inline constexpr Tail kTails[] = {
    {"log_cdf", &Distribution::log_cdf},
    {"survival_function", &Distribution::survival_function},
    {"log_survival_function", &Distribution::log_survival_function},
};

/// The weights 1, 9/8, ..., 15/8, 1, ... of the weighted sum whose gradient is in the golden data.
Tensor weights_of(const Tensor& values);

/// Prints names for tests and messages.
std::ostream& operator<<(std::ostream& out, const Case& golden);
std::ostream& operator<<(std::ostream& out, const Family& family);

struct CaseName {
  template <class Info>
  std::string operator()(const Info& info) const {
    return info.param.name;
  }
};

}  // namespace torch::distributions::test
