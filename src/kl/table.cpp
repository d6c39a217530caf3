#include "kl/table.h"

#include <torch/distributions.h>
#include <torch/distributions/core/repr.h>

#include "core/raise.h"
#include "kl/by_formula.h"
#include "ops/formulas/all.h"  // which CMake writes

namespace torch::distributions::kl {
namespace {

namespace f = ops::formulas;

using Table = std::vector<BuiltInRule>;

/// The rules `formulas::Kl<P, Q>` of one formula P.
template <class P, class... Q>
void add_formulas(Table& table) {
  (table.push_back({&P::Family::static_type(), &Q::Family::static_type(), by_formula<P, Q>}), ...);
}

/// The rules of one left-hand class, of which there is an overload of `divergence` each.
template <class P, class... Q>
void add(Table& table) {
  (table.push_back({&P::static_type(), &Q::static_type(),
                    [](const Distribution& p, const Distribution& q) {
                      return divergence(static_cast<const P&>(p), static_cast<const Q&>(q));
                    }}),
   ...);
}

template <class P, class... Q>
void add_infinite(Table& table) {
  (table.push_back({&P::static_type(), &Q::static_type(), infinite}), ...);
}

}  // namespace

std::vector<BuiltInRule> built_in_rules() {
  Table table;
  add_formulas<f::Bernoulli, f::Bernoulli, f::Poisson>(table);
  add_formulas<f::Beta, f::Beta, f::Exponential, f::Gamma, f::Normal, f::Uniform>(table);
  add_formulas<f::Exponential, f::Exponential, f::Gamma, f::Normal>(table);
  add_formulas<f::Gamma, f::Exponential, f::Gamma, f::Normal>(table);
  add_formulas<f::Laplace, f::Laplace, f::Normal>(table);
  add_formulas<f::Normal, f::Laplace, f::Normal>(table);
  add_formulas<f::Poisson, f::Poisson>(table);
  add_formulas<f::Uniform, f::Beta, f::Exponential, f::Gamma, f::Normal, f::Uniform>(table);

  add_infinite<Exponential, Beta, Uniform>(table);
  add_infinite<Gamma, Beta, Uniform>(table);
  add_infinite<Laplace, Beta, Exponential, Gamma, Uniform>(table);
  add_infinite<Normal, Beta, Exponential, Gamma, Uniform>(table);
  add_infinite<Poisson, Bernoulli, Binomial>(table);

  add<Binomial, Binomial>(table);
  add<Categorical, Categorical>(table);
  add<Dirichlet, Dirichlet>(table);
  add<ExponentialFamily, ExponentialFamily>(table);
  add<Independent, Independent, MultivariateNormal>(table);
  add<MultivariateNormal, Independent, MultivariateNormal>(table);
  add<OneHotCategorical, OneHotCategorical>(table);
  add<TransformedDistribution, TransformedDistribution>(table);
  return table;
}

void not_implemented(const Distribution& p, const Distribution& q, const char* reason) {
  const char* separator = reason == nullptr ? "" : ": ";
  raise<c10::NotImplementedError>("No KL(p || q) is implemented for p type ", p.type().name,
                                  " and q type ", q.type().name, separator,
                                  reason == nullptr ? "" : reason);
}

void require_equal_event_shapes(const Distribution& p, const Distribution& q) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, p.event_shape() == q.event_shape(),
                            "KL(p || q) needs equal event shapes, but p type ", p.type().name,
                            " has ", core::repr(p.event_shape()), " and q type ", q.type().name,
                            " has ", core::repr(q.event_shape()));
}

}  // namespace torch::distributions::kl
