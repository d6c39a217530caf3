#pragma once

#include <functional>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <torch/distributions/core/param.h>

#include "random_calls/values.h"

namespace torch::distributions::random_calls {

/// The tensors with which an expression is evaluated, in the order of its text.
class Leaves {
 public:
  explicit Leaves(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {}
  const Tensor& next() { return tensors_.at(next_++); }

 private:
  std::vector<Tensor> tensors_;
  std::size_t next_ = 0;
};

/// A C++ expression of type T: its text, its tensors, and a function that evaluates it with these
/// or other tensors.
template <class T>
struct Expression {
  std::string text;
  std::vector<Tensor> leaves;
  std::function<T(Leaves&)> evaluate;

  T operator()(const std::vector<Tensor>& tensors) const {
    Leaves all(tensors);
    return evaluate(all);
  }
  T operator()() const { return (*this)(leaves); }
};

inline Expression<Param> leaf(const Literal& literal) {
  return {literal.text, {literal.tensor}, [](Leaves& leaves) { return Param(leaves.next()); }};
}

template <class T>
Expression<T> constant(std::string text, T value) {
  return {std::move(text), {}, [value = std::move(value)](Leaves&) { return value; }};
}

/// The expression with the text `open`, the arguments with commas, `close`. Its value is `f` of the
/// values of the arguments.
template <class T, class F, class... Arguments>
Expression<T> call(const std::string& open, const std::string& close, F f,
                   const Expression<Arguments>&... arguments) {
  Expression<T> made;
  made.text = open;
  const char* comma = "";
  const auto add = [&](const auto& argument) {
    made.text += comma + argument.text;
    comma = ", ";
    made.leaves.insert(made.leaves.end(), argument.leaves.begin(), argument.leaves.end());
  };
  (add(arguments), ...);
  made.text += close;
  made.evaluate = [f = std::move(f),
                   parts = std::tuple(arguments.evaluate...)](Leaves& leaves) -> T {
    return std::apply(
        [&](const auto&... part) {
          // The braces evaluate from left to right.
          return std::apply(f, std::tuple<Arguments...>{part(leaves)...});
        },
        parts);
  };
  return made;
}

/// The expression with the text `open`, the items with commas, `close`. Its value is `f` of the
/// vector of their values.
template <class T, class F, class Item>
Expression<T> call_with_list(const std::string& open, const std::string& close, F f,
                             const std::vector<Expression<Item>>& items) {
  Expression<T> made;
  made.text = open;
  for (std::size_t i = 0; i < items.size(); ++i) {
    made.text += (i == 0 ? "" : ", ") + items[i].text;
    made.leaves.insert(made.leaves.end(), items[i].leaves.begin(), items[i].leaves.end());
  }
  made.text += close;
  made.evaluate = [f = std::move(f), items](Leaves& leaves) -> T {
    std::vector<Item> values;
    for (const auto& item : items) values.push_back(item.evaluate(leaves));
    return f(std::move(values));
  };
  return made;
}

}  // namespace torch::distributions::random_calls
