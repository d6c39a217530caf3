#include "kl/table.h"
#include "core/raise.h"

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/core/repr.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/uniform.h>

#include "kl/rules.h"

namespace torch::distributions::kl {
namespace {

using Table = std::vector<BuiltInRule>;

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
  add<Bernoulli, Bernoulli>(table);
  add<Beta, Beta, Exponential, Gamma, Normal, Uniform>(table);
  add<Binomial, Binomial>(table);
  add<Categorical, Categorical>(table);
  add<Dirichlet, Dirichlet>(table);
  add<Exponential, Exponential, Gamma, Normal>(table);
  add<Gamma, Exponential, Gamma, Normal>(table);
  add<MultivariateNormal, MultivariateNormal, Independent>(table);
  add<Normal, Normal>(table);
  add<OneHotCategorical, OneHotCategorical>(table);
  add<Uniform, Beta, Exponential, Gamma, Normal, Uniform>(table);

  add_infinite<Exponential, Beta, Uniform>(table);
  add_infinite<Gamma, Beta, Uniform>(table);
  add_infinite<Normal, Beta, Exponential, Gamma, Uniform>(table);

  add<ExponentialFamily, ExponentialFamily>(table);
  add<Independent, Independent, MultivariateNormal>(table);
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
                            " has ", repr(p.event_shape()), " and q type ", q.type().name, " has ",
                            repr(q.event_shape()));
}

}  // namespace torch::distributions::kl
