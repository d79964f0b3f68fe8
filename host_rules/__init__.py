"""What a policy implies for the rules that a host itself keeps of tags, and how these differ from what is there.

Pure: a policy, and what a host's API says, go in; requests to that API come out.
"""
