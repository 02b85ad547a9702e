print("intercomctl")
