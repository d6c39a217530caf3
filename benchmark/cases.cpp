#include "cases.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace bench {
namespace {

constexpr int64_t kRow = 64;  // length of a row of values

const Family& find_family(std::string_view name) {
  const auto& all = families();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Family& f) { return f.name == name; });
  if (found == all.end()) throw std::invalid_argument("no such family: " + std::string(name));
  return *found;
}

/// The number of elements that one distribution of the batch has in the largest of its tensors.
/// `Key::elements` counts these.
int64_t elements_of_one(const Family& family) {
  const auto size = [](const Input& input) {
    return std::accumulate(input.event.begin(), input.event.end(), int64_t{1}, std::multiplies());
  };
  int64_t most = size(family.value);
  for (const auto& parameter : family.parameters) most = std::max(most, size(parameter));
  return most;
}

/// Whether each row of values is one event, as in training code: `Independent(d, 1)`. This is so if
/// an element-wise family is differentiated. Parameters of the layout "scalar" have no dimension
/// that could belong to an event.
bool rows_are_events(const Family& family, const Key& key) {
  return key.operation == "backward" && elements_of_one(family) == 1 && key.layout != "scalar";
}

/// `Independent(d, 1)` of the distributions d that `make` builds.
Maker independent(const Maker& make) {
  return [make](const Tensors& p) { return dist::Independent(make.kept(p), 1); };
}

Tensor filled(const Input& input, std::vector<int64_t> sizes, at::ScalarType dtype) {
  sizes.insert(sizes.end(), input.event.begin(), input.event.end());
  Tensor result = at::empty(sizes, input.kind == Input::Kind::kIndex ? at::kLong : dtype);
  input.fill(result);
  return result;
}

struct Inputs {
  Inputs(const Family& family, const Key& key)
      : dtype(key.dtype == "float" ? at::kFloat : at::kDouble),
        events(rows_are_events(family, key)),
        batch(std::max<int64_t>(1, key.elements / elements_of_one(family))) {
    const bool has_rows = key.layout == "row" || (events && batch >= kRow);
    value_batch = has_rows ? std::vector{batch / kRow, kRow} : std::vector{batch};
    if (key.layout == "full") parameter_batch = value_batch;
    if (key.layout == "row") parameter_batch = {kRow};
    value = filled(family.value, value_batch, dtype);
    parameters = make_parameters(family);
    if (key.operation == "kl") others = make_parameters(family);
  }

  Tensors make_parameters(const Family& family) const {
    Tensors result;
    for (const auto& input : family.parameters) {
      result.push_back(filled(input, parameter_batch, dtype));
    }
    return result;
  }

  at::ScalarType dtype;
  bool events;  // rows_are_events
  int64_t batch;
  std::vector<int64_t> value_batch, parameter_batch;
  Tensor value;
  Tensors parameters, others;  // others: the parameters of q in kl_divergence(p, q)
};

/// The inputs of a key. The last ones are cached, since Google Benchmark repeats each case.
const Inputs& inputs_of(const Family& family, const Key& key) {
  static std::optional<Inputs> inputs;
  static std::tuple<std::string, std::string, std::string, int64_t, bool, bool> made_for;
  std::tuple wanted(key.family, key.dtype, key.layout, key.elements, key.operation == "kl",
                    rows_are_events(family, key));
  if (!inputs || made_for != wanted) {
    inputs.reset();  // frees the old ones first: they may be large
    inputs.emplace(family, key);
    made_for = std::move(wanted);
  }
  return *inputs;
}

/// A class whose divergence is a tensor at hand, so `kl_divergence` does nothing but find the rule.
class Solved : public dist::Implements<Solved, dist::Normal> {
 public:
  static const dist::Signature<Solved>& signature() {
    static const dist::Signature<Solved> s{.name = "Solved"};
    return s;
  }
  explicit Solved(const Tensor& value) : Implements<Solved, dist::Normal>(value, 1.0) {}
};

std::function<Tensor()> dispatch(const Inputs& inputs) {
  dist::register_kl<Solved, Solved>([](const Solved& p, const Solved&) { return p.loc(); });
  const dist::DistributionPtr p = Solved(inputs.value), q = Solved(inputs.value);
  return [=] { return dist::kl_divergence(*p, *q); };
}

std::function<Tensor()> ours(const Family& family, const Key& key, const Inputs& inputs) {
  const Tensors& p = inputs.parameters;
  const Maker& make = family.make;
  if (key.operation == "kl_dispatch") return dispatch(inputs);
  if (key.operation == "construct") {
    return [&] { return make.with(p, [](const auto&) { return Tensor(); }); };
  }
  if (key.operation == "construct_log_prob") {
    return [&] { return make.with(p, [&](const auto& d) { return d.log_prob(inputs.value); }); };
  }
  const auto d = make.kept(p);
  if (key.operation == "log_prob") return [&, d] { return d->log_prob(inputs.value); };
  if (key.operation == "entropy") return [d] { return d->entropy(); };
  if (key.operation == "sample") {
    if (key.layout == "full") return [d] { return d->sample(); };
    return [&, d] { return d->sample({inputs.batch}); };
  }
  if (key.operation == "kl") {
    return [d, other = make.kept(inputs.others)] { return dist::kl_divergence(*d, *other); };
  }
  throw std::invalid_argument("no such operation: " + key.operation);
}

std::function<Tensor()> composed(const Family& family, const Key& key, const Inputs& inputs) {
  const Composed& formulas = family.composed;
  const Tensor& x = inputs.value;
  if (key.operation == "construct_log_prob") {
    return [&] { return formulas.log_prob(x, formulas.prepare(inputs.parameters)); };
  }
  const Tensors p = formulas.prepare(inputs.parameters);
  if (key.operation == "log_prob") return [&, p] { return formulas.log_prob(x, p); };
  if (key.operation == "sample") {
    return [&formulas, p, count = key.layout == "full" ? 0 : inputs.batch] {
      return formulas.sample(p, count);
    };
  }
  if (key.operation == "entropy" && formulas.entropy) {
    return [&formulas, p] { return formulas.entropy(p); };
  }
  if (key.operation == "kl" && formulas.kl) {
    return [&formulas, p, q = formulas.prepare(inputs.others)] { return formulas.kl(p, q); };
  }
  return {};
}

/// Constructs the distribution and differentiates `log_prob(value).mean()` in the value and the
/// parameters.
std::function<Tensor()> backward(const Family& family, bool is_ours, const Inputs& inputs) {
  Tensor value = inputs.value.detach();
  Tensors leaves;
  for (const auto& parameter : inputs.parameters) {
    leaves.push_back(parameter.detach().requires_grad_());
  }
  const Tensors parameters = leaves;
  if (family.value.kind == Input::Kind::kReal) leaves.push_back(value.requires_grad_());
  const auto gradients = [leaves](const Tensor& log_prob) {
    // allow_unused: the log_prob of a Uniform does not depend on its value.
    return torch::autograd::grad({log_prob.mean()}, leaves, {}, /*retain_graph=*/false,
                                 /*create_graph=*/false, /*allow_unused=*/true)
        .front();
  };
  if (is_ours) {
    return [=, make = inputs.events ? independent(family.make) : family.make] {
      return make.with(parameters, [&](const auto& d) { return gradients(d.log_prob(value)); });
    };
  }
  return [=, &formulas = family.composed, events = inputs.events] {
    const Tensor log_prob = formulas.log_prob(value, formulas.prepare(parameters));
    return gradients(events ? log_prob.sum(-1) : log_prob);
  };
}

}  // namespace

Key Key::parse(const std::string& text) {
  std::istringstream in(text);
  Key key;
  for (std::string* part :
       {&key.family, &key.operation, &key.implementation, &key.dtype, &key.layout}) {
    std::getline(in, *part, '/');
  }
  char slash = 0;
  if (!(in >> key.elements >> slash >> key.threads) || slash != '/' || key.elements < 1) {
    throw std::invalid_argument(
        "not of the form family/operation/implementation/dtype/layout/elements/threads: " + text);
  }
  return key;
}

Case::Case(const Key& key) : validation_(key.implementation == "ours_validating") {
  const bool is_ours = key.implementation.starts_with("ours");
  if (!is_ours && key.implementation != "composed") {
    throw std::invalid_argument("no such implementation: " + key.implementation);
  }
  const Family& family = find_family(key.family);
  const Inputs& inputs = inputs_of(family, key);
  at::set_num_threads(key.threads);
  if (key.operation == "backward") {
    run_ = backward(family, is_ours, inputs);
  } else {
    run_ = is_ours ? ours(family, key, inputs) : composed(family, key, inputs);
  }
}

}  // namespace bench
