#include "support/families.h"

#include <array>
#include <functional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

#include <torch/distributions.h>

#include "support/data.h"

namespace torch::distributions::test {
namespace {

/// The arguments of a call. All of them must be used.
class Given {
 public:
  Given(const std::string& name, const Arguments& arguments)
      : name_(name), arguments_(arguments), left_(arguments.size()) {}

  /// A parameter, or `otherwise` if it was not given.
  Param param(const char* name, const Param& otherwise = {}) const {
    return take<Param>(name, otherwise);
  }
  /// The first n parameters of the constructor.
  template <std::size_t n>
  std::array<Param, n> first() const {
    std::array<Param, n> all;
    for (std::size_t i = 0; i < n; ++i) all[i] = param(family(name_).parameters.at(i).c_str());
    return all;
  }
  int64_t integer(const char* name) const { return static_cast<int64_t>(param(name).number()); }
  /// Integers, of which there may be none.
  std::vector<int64_t> integers(const char* name) const {
    const Param given = param(name);
    if (!given.defined()) return {};
    const Tensor numbers = given.tensor().to(at::kLong).contiguous();
    const auto* first = numbers.const_data_ptr<int64_t>();
    return {first, first + numbers.numel()};
  }
  DistributionPtr distribution(const char* name) const {
    return std::get<DistributionPtr>(arguments_.at(counted(name)));
  }
  TransformPtr transform(const char* name) const {
    return std::get<TransformPtr>(arguments_.at(counted(name)));
  }
  /// The transforms of an argument that is a list or a single transform.
  std::vector<TransformPtr> transforms(const char* name) const {
    const Argument& given = arguments_.at(counted(name));
    if (const auto* one = std::get_if<TransformPtr>(&given)) return {*one};
    return std::get<std::vector<TransformPtr>>(given);
  }
  std::vector<int64_t> sizes(const char* name) const {
    return std::get<std::vector<int64_t>>(arguments_.at(counted(name)));
  }
  ProbsOrLogits probs_or_logits() const {
    return {.probs = param("probs"), .logits = param("logits")};
  }
  Covariance covariance() const {
    return {.covariance_matrix = param("covariance_matrix"),
            .precision_matrix = param("precision_matrix"),
            .scale_tril = param("scale_tril")};
  }

  void require_all_taken() const {
    if (left_ != 0) throw std::runtime_error(name_ + " does not take all of these arguments");
  }

 private:
  const char* counted(const char* name) const {
    if (arguments_.contains(name)) --left_;
    return name;
  }
  template <class T>
  T take(const char* name, T otherwise) const {
    const auto found = arguments_.find(counted(name));
    return found == arguments_.end() ? otherwise : std::get<T>(found->second);
  }

  const std::string& name_;
  const Arguments& arguments_;
  mutable std::size_t left_;
};

using MakeDistribution = std::function<DistributionPtr(const Given&, Validate)>;
using MakeTransform = std::function<TransformPtr(const Given&)>;

/// The most parameters that `simple` tries.
constexpr std::size_t kMostParams = 4;

/// Makes `D` if its constructor takes Params, then perhaps a ProbsOrLogits, and a Validate. Tries
/// `Params` and more of them. Null if there is no such constructor.
template <class D, class... Params>
MakeDistribution simple() {
  constexpr std::size_t n = sizeof...(Params);
  if constexpr (std::is_constructible_v<D, Params..., ProbsOrLogits, Validate>) {
    return [](const Given& a, Validate v) {
      const auto make = [&](const Params&... p) -> DistributionPtr {
        return D(p..., a.probs_or_logits(), v);
      };
      return std::apply(make, a.first<n>());
    };
  } else if constexpr (n > 0 && std::is_constructible_v<D, Params..., Validate>) {
    return [](const Given& a, Validate v) {
      const auto make = [&](const Params&... p) -> DistributionPtr { return D(p..., v); };
      return std::apply(make, a.first<n>());
    };
  } else if constexpr (n < kMostParams) {
    return simple<D, Params..., Param>();
  } else {
    return nullptr;
  }
}

using Makers = std::map<std::string, MakeDistribution>;

/// The makers of the simple classes among `D`.
template <class... D>
Makers simple_ones() {
  Makers all{{D::static_type().name, simple<D>()}...};
  std::erase_if(all, [](const auto& entry) { return entry.second == nullptr; });
  return all;
}

template <class Plain>
MakeTransform plain() {
  return [](const Given&) -> TransformPtr { return Plain(); };
}

/// The makers of the classes that `simple` cannot make, or not with all of their arguments.
Makers other_ones() {
  return {{"StudentT",  // whose loc and scale have defaults
           [](const Given& a, Validate v) -> DistributionPtr {
             return StudentT(a.param("df"), a.param("loc", 0.0), a.param("scale", 1.0), v);
           }},
          {"ContinuousBernoulli",  // whose lims have no effect
           [](const Given& a, Validate v) -> DistributionPtr {
             return ContinuousBernoulli(a.probs_or_logits(), {0.499, 0.501}, v);
           }},
          {"LKJCholesky",
           [](const Given& a, Validate v) -> DistributionPtr {
             return LKJCholesky(a.integer("dim"), a.param("concentration", 1.0), v);
           }},
          {"Multinomial",  // whose total_count has a default
           [](const Given& a, Validate v) -> DistributionPtr {
             return Multinomial(a.param("total_count", 1.0), a.probs_or_logits(), v);
           }},
          {"MultivariateNormal",
           [](const Given& a, Validate v) -> DistributionPtr {
             return MultivariateNormal(a.param("loc"), a.covariance(), v);
           }},
          {"Wishart",
           [](const Given& a, Validate v) -> DistributionPtr {
             return Wishart(a.param("df"), a.covariance(), v);
           }},
          {"Independent",
           [](const Given& a, Validate v) -> DistributionPtr {
             return Independent(a.distribution("base_distribution"),
                                a.integer("reinterpreted_batch_ndims"), v);
           }},
          {"TransformedDistribution",
           [](const Given& a, Validate v) -> DistributionPtr {
             return TransformedDistribution(a.distribution("base_distribution"),
                                            a.transforms("transforms"), v);
           }},
          {"MixtureSameFamily", [](const Given& a, Validate v) -> DistributionPtr {
             return MixtureSameFamily(
                 dynamic_cast<const Categorical&>(*a.distribution("mixture_distribution")),
                 a.distribution("component_distribution"), v);
           }}};
}

const Makers& distributions() {
  static const Makers table = [] {
    Makers all = other_ones();
    all.merge(simple_ones<DISTRIBUTIONS>());
    return all;
  }();
  return table;
}

const std::map<std::string, MakeTransform>& transforms() {
  static const std::map<std::string, MakeTransform> table{
      {"AbsTransform", plain<AbsTransform>()},
      {"ExpTransform", plain<ExpTransform>()},
      {"SigmoidTransform", plain<SigmoidTransform>()},
      {"TanhTransform", plain<TanhTransform>()},
      {"SoftplusTransform", plain<SoftplusTransform>()},
      {"SoftmaxTransform", plain<SoftmaxTransform>()},
      {"StickBreakingTransform", plain<StickBreakingTransform>()},
      {"CorrCholeskyTransform", plain<CorrCholeskyTransform>()},
      {"LowerCholeskyTransform", plain<LowerCholeskyTransform>()},
      {"PositiveDefiniteTransform", plain<PositiveDefiniteTransform>()},
      {"ReshapeTransform",
       [](const Given& a) -> TransformPtr {
         return ReshapeTransform(a.sizes("in_shape"), a.sizes("out_shape"));
       }},
      {"CumulativeDistributionTransform",
       [](const Given& a) -> TransformPtr {
         return CumulativeDistributionTransform(a.distribution("distribution"));
       }},
      {"AffineTransform",
       [](const Given& a) -> TransformPtr {
         return AffineTransform(a.param("loc"), a.param("scale"), a.integer("event_dim"));
       }},
      {"PowerTransform",
       [](const Given& a) -> TransformPtr { return PowerTransform(a.param("exponent")); }},
      {"CatTransform",
       [](const Given& a) -> TransformPtr {
         return CatTransform(a.transforms("tseq"), a.integer("dim"), a.integers("lengths"));
       }},
      {"StackTransform",
       [](const Given& a) -> TransformPtr {
         return StackTransform(a.transforms("tseq"), a.integer("dim"));
       }},
      {"ComposeTransform",
       [](const Given& a) -> TransformPtr { return ComposeTransform(a.transforms("parts")); }},
      {"IndependentTransform", [](const Given& a) -> TransformPtr {
         return IndependentTransform(a.transform("base_transform"),
                                     a.integer("reinterpreted_batch_ndims"));
       }}};
  return table;
}

template <class Table>
const auto& find(const Table& table, const std::string& name) {
  const auto found = table.find(name);
  if (found == table.end())
    throw std::runtime_error("test/support/families.cpp cannot make a " + name);
  return found->second;
}

}  // namespace

DistributionPtr make(const std::string& name, const Arguments& arguments, Validate validate_args) {
  const Given given(name, arguments);
  const DistributionPtr made = find(distributions(), name)(given, validate_args);
  given.require_all_taken();
  return made;
}

TransformPtr make_transform(const std::string& name, const Arguments& arguments) {
  const Given given(name, arguments);
  const TransformPtr made = find(transforms(), name)(given);
  given.require_all_taken();
  return made;
}

}  // namespace torch::distributions::test
