"""Stories told in the terminal, each of a seller and a reseller of ours, and checked while told."""
