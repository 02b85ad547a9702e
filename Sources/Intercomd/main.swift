print("intercomd")
