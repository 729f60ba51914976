"""The ablation: what each step of the curation bought, measured by leaving it out."""
