#pragma once

// Nothing to call: see no_network.c.
