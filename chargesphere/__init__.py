"""ChargeSphere: find a charger that works, know its price, plan, charge and look back."""
