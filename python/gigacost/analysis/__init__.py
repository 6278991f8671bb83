"""Questions that ask other questions: estimate, solve, compare, explain, layouts, sensitivity, other years."""
