let frontConfigurations: [Configuration] = []
let accessConfigurations: [Configuration] = []
