"""What a bill in the form of FOCUS is made of: columns, services, amounts, periods, the charges of a design."""
