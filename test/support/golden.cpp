#include "support/golden.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include <torch/distributions.h>

#include "support/test_dir.h"

namespace torch::distributions::test {
namespace {

using nlohmann::json;

/// The JSON files by name; read once, and kept since cases point into them.
const json& file(const std::string& name) {
  static std::map<std::string, json> files;
  const auto found = files.find(name);
  if (found != files.end()) return found->second;
  const std::string path = test_dir() / "golden" / (name + ".json");
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  return files.emplace(name, json::parse(in)).first->second;
}

constexpr const char* kFiles[] = {"normal",
                                  "log_normal",
                                  "laplace",
                                  "student_t",
                                  "uniform",
                                  "exponential",
                                  "gamma",
                                  "chi2",
                                  "beta",
                                  "dirichlet",
                                  "bernoulli",
                                  "binomial",
                                  "poisson",
                                  "categorical",
                                  "one_hot_categorical",
                                  "one_hot_categorical_straight_through",
                                  "multivariate_normal",
                                  "independent",
                                  "transformed_distribution",
                                  "mixture_same_family"};

/// Names of arguments that are counts, never parameters of a dtype.
bool is_count(const std::string& name) { return name == "total_count"; }

/// Reads the arguments of one constructor, and what is nested in them.
class Arguments {
 public:
  Arguments(const json& arguments, std::string path, const BuildOptions& options, Built* built)
      : arguments_(arguments), path_(std::move(path)), options_(options), built_(built) {}

  Param param(const char* name) const {
    const auto found = arguments_.find(name);
    if (found == arguments_.end()) return {};
    if (found->is_number() && (!options_.dtype || is_count(name))) {
      return found->is_number_integer() ? Param(found->get<int64_t>())
                                        : Param(found->get<double>());
    }
    Tensor tensor =
        found->is_number() ? at::tensor(found->get<double>(), at::kDouble) : tensor_of(*found);
    if (options_.dtype && tensor.is_floating_point()) tensor = tensor.to(*options_.dtype);
    if (const auto position = built_->parameters.size(); position < options_.replacements.size()) {
      tensor = options_.replacements[position];
    }
    if (options_.requires_grad && tensor.is_floating_point()) tensor.requires_grad_();
    built_->parameters.emplace_back(path_ + name, tensor);
    return tensor;
  }

  Param param_or(const char* name, double otherwise) const {
    return arguments_.contains(name) ? param(name) : Param(otherwise);
  }
  Tensor tensor(const char* name) const { return param(name).tensor(); }
  int64_t integer(const char* name, int64_t otherwise = 0) const {
    return arguments_.value(name, otherwise);
  }
  ProbsOrLogits probs_or_logits() const {
    return {.probs = param("probs"), .logits = param("logits")};
  }
  Covariance covariance() const {
    return {.covariance_matrix = param("covariance_matrix"),
            .precision_matrix = param("precision_matrix"),
            .scale_tril = param("scale_tril")};
  }
  Validate validate_args() const { return options_.validate_args; }

  DistributionPtr distribution(const char* name) const;
  TransformPtr transform(const char* name) const {
    return make_transform(arguments_.at(name), path_ + name + ".");
  }
  std::vector<TransformPtr> transforms(const char* name) const;

 private:
  TransformPtr make_transform(const json& call, const std::string& path) const;

  const json& arguments_;
  std::string path_;
  const BuildOptions& options_;
  Built* built_;
};

using MakeDistribution = std::function<DistributionPtr(const Arguments&)>;
using MakeTransform = std::function<TransformPtr(const Arguments&)>;

template <class Family>
MakeDistribution of_one(const char* first) {
  return [=](const Arguments& a) -> DistributionPtr {
    return Family(a.param(first), a.validate_args());
  };
}

template <class Family>
MakeDistribution of_two(const char* first, const char* second) {
  return [=](const Arguments& a) -> DistributionPtr {
    const Param p = a.param(first), q = a.param(second);
    return Family(p, q, a.validate_args());
  };
}

template <class Family>
MakeDistribution of_probs_or_logits() {
  return [](const Arguments& a) -> DistributionPtr {
    return Family(a.probs_or_logits(), a.validate_args());
  };
}

template <class Plain>
MakeTransform plain() {
  return [](const Arguments&) -> TransformPtr { return Plain(); };
}

const std::map<std::string, MakeDistribution>& distributions() {
  static const std::map<std::string, MakeDistribution> table{
      {"Normal", of_two<Normal>("loc", "scale")},
      {"LogNormal", of_two<LogNormal>("loc", "scale")},
      {"Laplace", of_two<Laplace>("loc", "scale")},
      {"StudentT",
       [](const Arguments& a) -> DistributionPtr {
         const Param df = a.param("df"), loc = a.param_or("loc", 0);
         return StudentT(df, loc, a.param_or("scale", 1), a.validate_args());
       }},
      {"Uniform", of_two<Uniform>("low", "high")},
      {"Exponential", of_one<Exponential>("rate")},
      {"Gamma", of_two<Gamma>("concentration", "rate")},
      {"Chi2", of_one<Chi2>("df")},
      {"Beta", of_two<Beta>("concentration1", "concentration0")},
      {"Dirichlet", of_one<Dirichlet>("concentration")},
      {"Bernoulli", of_probs_or_logits<Bernoulli>()},
      {"Binomial",
       [](const Arguments& a) -> DistributionPtr {
         const Param total_count = a.param("total_count");
         return Binomial(total_count, a.probs_or_logits(), a.validate_args());
       }},
      {"Poisson", of_one<Poisson>("rate")},
      {"Categorical", of_probs_or_logits<Categorical>()},
      {"OneHotCategorical", of_probs_or_logits<OneHotCategorical>()},
      {"OneHotCategoricalStraightThrough", of_probs_or_logits<OneHotCategoricalStraightThrough>()},
      {"MultivariateNormal",
       [](const Arguments& a) -> DistributionPtr {
         const Tensor loc = a.tensor("loc");
         return MultivariateNormal(loc, a.covariance(), a.validate_args());
       }},
      {"Independent",
       [](const Arguments& a) -> DistributionPtr {
         return Independent(a.distribution("base_distribution"),
                            a.integer("reinterpreted_batch_ndims"), a.validate_args());
       }},
      {"TransformedDistribution",
       [](const Arguments& a) -> DistributionPtr {
         const DistributionPtr base = a.distribution("base_distribution");
         return TransformedDistribution(base, a.transforms("transforms"), a.validate_args());
       }},
      {"MixtureSameFamily", [](const Arguments& a) -> DistributionPtr {
         const DistributionPtr weights = a.distribution("mixture_distribution");
         return MixtureSameFamily(dynamic_cast<const Categorical&>(*weights),
                                  a.distribution("component_distribution"), a.validate_args());
       }}};
  return table;
}

const std::map<std::string, MakeTransform>& transforms() {
  static const std::map<std::string, MakeTransform> table{
      {"ExpTransform", plain<ExpTransform>()},
      {"SigmoidTransform", plain<SigmoidTransform>()},
      {"TanhTransform", plain<TanhTransform>()},
      {"SoftplusTransform", plain<SoftplusTransform>()},
      {"StickBreakingTransform", plain<StickBreakingTransform>()},
      {"AffineTransform",
       [](const Arguments& a) -> TransformPtr {
         const Param loc = a.param("loc");
         return AffineTransform(loc, a.param("scale"), a.integer("event_dim"));
       }},
      {"ComposeTransform",
       [](const Arguments& a) -> TransformPtr { return ComposeTransform(a.transforms("parts")); }},
      {"IndependentTransform", [](const Arguments& a) -> TransformPtr {
         return IndependentTransform(a.transform("base_transform"),
                                     a.integer("reinterpreted_batch_ndims"));
       }}};
  return table;
}

DistributionPtr make_distribution(const std::string& name, const Arguments& arguments) {
  const auto found = distributions().find(name);
  if (found == distributions().end())
    throw std::runtime_error("test/support/golden.cpp cannot make a " + name);
  return found->second(arguments);
}

DistributionPtr Arguments::distribution(const char* name) const {
  const json& call = arguments_.at(name);
  const Arguments inner(call.at("arguments"), path_ + name + ".", options_, built_);
  return make_distribution(call.at("distribution"), inner);
}

TransformPtr Arguments::make_transform(const json& call, const std::string& path) const {
  const std::string name = call.at("transform");
  const auto found = test::transforms().find(name);
  if (found == test::transforms().end())
    throw std::runtime_error("test/support/golden.cpp cannot make a " + name);
  const TransformPtr made = found->second(Arguments(call.at("arguments"), path, options_, built_));
  return call.value("inverse", false) ? made->inv() : made;
}

std::vector<TransformPtr> Arguments::transforms(const char* name) const {
  const json& calls = arguments_.at(name);
  if (calls.is_object()) return {transform(name)};
  std::vector<TransformPtr> made;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    made.push_back(make_transform(calls[i], path_ + name + "." + std::to_string(i) + "."));
  }
  return made;
}

double number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string& text = value.get_ref<const std::string&>();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const Tensor& Built::parameter(const std::string& path) const {
  for (const auto& [name, tensor] : parameters) {
    if (name == path) return tensor;
  }
  throw std::out_of_range("no parameter " + path);
}

Built Case::build(const BuildOptions& options) const {
  // DistributionPtr has no empty state, so the parameters are gathered first.
  struct Gathered {
    Built built{.distribution = Normal(0, 1), .parameters = {}};
  } gathered;
  const Arguments arguments(data->at("arguments"), "", options, &gathered.built);
  gathered.built.distribution = make_distribution(distribution, arguments);
  return std::move(gathered.built);
}

Tensor Case::points(const char* kind) const {
  const json& points = data->at("points");
  return points.contains(kind) ? tensor_of(points[kind]) : Tensor();
}

std::vector<Case> cases_of(const char* section) {
  std::vector<Case> cases;
  for (const char* name : kFiles) {
    const json& content = file(name);
    for (const json& data : content.at(section)) {
      cases.push_back({.name = data.at("name"),
                       .text = data.at("text"),
                       .distribution = content.at("distribution"),
                       .dtype = dtype_of(data.value("dtype", "float32")),
                       .data = &data});
    }
  }
  return cases;
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = cases_of("cases");
  return cases;
}

std::vector<double> numbers_of(const json& list) {
  std::vector<double> numbers;
  numbers.reserve(list.size());
  for (const json& value : list) numbers.push_back(number_of(value));
  return numbers;
}

Tensor tensor_of(const json& value) {
  const auto shape = value.at("shape").get<std::vector<int64_t>>();
  return at::tensor(numbers_of(value.at("data")), at::kDouble)
      .view(shape)
      .to(dtype_of(value.at("dtype")));
}

at::ScalarType dtype_of(const std::string& name) {
  static const std::map<std::string, at::ScalarType> dtypes{{"float32", at::kFloat},
                                                            {"float64", at::kDouble},
                                                            {"float16", at::kHalf},
                                                            {"bfloat16", at::kBFloat16},
                                                            {"int64", at::kLong}};
  return dtypes.at(name);
}

Tensor weights_of(const Tensor& values) {
  return (1 + at::arange(values.numel(), at::kDouble).remainder(8) / 8)
      .view(values.sizes())
      .to(values.scalar_type());
}

std::ostream& operator<<(std::ostream& out, const Case& golden) { return out << golden.text; }

}  // namespace torch::distributions::test
