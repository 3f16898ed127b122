"""What ChargeSphere can do, one folder a capability; each may use only those before it.

catalogue -> availability -> pricing -> discovery
"""
