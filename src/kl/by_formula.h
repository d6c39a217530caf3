#pragma once

#include <algorithm>
#include <array>

#include <torch/distributions/core/distribution.h>

#include "kl/table.h"
#include "ops/engine/evaluate.h"
#include "ops/engine/formula_table.h"
#include "ops/formulas/formula.h"

namespace torch::distributions::kl {

/// Calls `use` with the formula in force: `Formula`, or `Formula::Logits` if logits were given.
template <class Formula, class Use>
Tensor with_formula(const ops::FormulaTable& in_force, const Use& use) {
  if constexpr (requires { typename Formula::Logits; }) {
    using Logits = typename Formula::Logits;
    static_assert(Logits::kParameters == Formula::kParameters);
    if (&in_force == &ops::table<Logits>()) return use.template operator()<Logits>();
  }
  return use.template operator()<Formula>();
}

/// The rule of the families of the formulas P and Q: `formulas::Kl<P, Q>`, with `P::Logits` or
/// `Q::Logits` for a distribution given by logits.
template <class P, class Q>
Tensor by_formula(const Distribution& p, const Distribution& q) {
  const auto of_p = ops::in_force(static_cast<const typename P::Family&>(p));
  const auto of_q = ops::in_force(static_cast<const typename Q::Family&>(q));
  if (of_p.table == nullptr || of_q.table == nullptr) {
    not_implemented(p, q, "a parameter is undefined");
  }
  std::array<const Tensor*, P::kParameters + Q::kParameters> parameters;
  const auto end_of_p = std::copy_n(of_p.parameters.begin(), P::kParameters, parameters.begin());
  std::copy_n(of_q.parameters.begin(), Q::kParameters, end_of_p);
  return with_formula<P>(*of_p.table, [&]<class FormP>() {
    return with_formula<Q>(*of_q.table,
                           [&]<class FormQ>() { return ops::kl<FormP, FormQ>(parameters); });
  });
}

}  // namespace torch::distributions::kl
